#include "coordinator/storage/state_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/io/file.h"

namespace nepa::storage {
namespace {

constexpr size_t kMaxPidBytes = 64;

}  // namespace

absl::StatusOr<std::unique_ptr<StateLock>> StateLock::Take(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/coordinator.lock");
  io::UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!file.valid()) return ErrnoStatus(errno, absl::StrCat("opening ", path));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return ErrnoStatus(errno, absl::StrCat("locking ", path));
    const absl::StatusOr<std::string> holder = io::ReadFile(path, kMaxPidBytes);
    return absl::FailedPreconditionError(absl::StrCat(
        "another coordinator (process ",
        holder.ok() ? absl::StripAsciiWhitespace(*holder) : absl::string_view("?"),
        ") serves the state folder ", folder, "; stop it, or choose another folder with --state"));
  }
  // Only for the message above: the lock itself is what counts.
  const std::string pid = absl::StrCat(::getpid(), "\n");
  if (::ftruncate(file.get(), 0) != 0 ||
      ::write(file.get(), pid.data(), pid.size()) != static_cast<ssize_t>(pid.size())) {
    return ErrnoStatus(errno, absl::StrCat("writing ", path));
  }
  return std::unique_ptr<StateLock>(new StateLock(std::move(file)));
}

}  // namespace nepa::storage
