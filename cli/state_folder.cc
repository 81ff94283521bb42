#include "cli/state_folder.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/failure.h"
#include "common/base/status.h"
#include "common/io/absolute_path.h"
#include "common/io/file.h"

namespace nepa::cli {
namespace {

constexpr char kOtherFolder[] = "name a folder that can be written with --state DIR";
// flock() waits without a limit or not at all.
constexpr absl::Duration kLockInterval = absl::Milliseconds(50);

absl::Status Lock(int fd, const std::string& path, absl::Duration patience) {
  const absl::Time end = absl::Now() + patience;
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return LocalFailure(ErrnoStatus(errno, absl::StrCat("locking ", path)), kOtherFolder);
    }
    if (absl::Now() >= end) {
      return absl::FailedPreconditionError(
          absl::StrCat("another nepactl run uses ", path,
                       "; wait for its end, or name another folder with --state DIR"));
    }
    absl::SleepFor(kLockInterval);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StateFolder> StateFolder::Open(const std::string& path, absl::Duration patience) {
  absl::StatusOr<std::string> absolute = io::AbsolutePath(path);
  if (!absolute.ok()) return LocalFailure(absolute.status());
  NEPA_RETURN_IF_ERROR(LocalFailure(io::MakeFolders(*absolute), kOtherFolder));
  const std::string lock_path = *absolute + "/run.lock";
  io::UniqueFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock.valid()) {
    return LocalFailure(ErrnoStatus(errno, absl::StrCat("opening ", lock_path)), kOtherFolder);
  }
  NEPA_RETURN_IF_ERROR(Lock(lock.get(), *absolute, patience));
  return StateFolder(*std::move(absolute), std::move(lock));
}

std::string LastLines(const std::string& path, size_t count) {
  std::ifstream file(path);
  std::deque<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(std::move(line));
    if (lines.size() > count) lines.pop_front();
  }
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, "  ", line, "\n");
  return text;
}

}  // namespace nepa::cli
