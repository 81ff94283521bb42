#include "common/io/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "common/io/file_system.h"
#include "common/io/write_all.h"

namespace nepa::io {
namespace {

constexpr size_t kMaxHolderBytes = 64;

absl::StatusOr<UniqueFd> Open(const std::string& path) {
  const int fd = Disk().Open(path, O_RDWR | O_CREAT);
  if (fd < 0) return ErrnoStatus(-fd, absl::StrCat("opening ", path));
  return UniqueFd(fd);
}

// 0, or the errno of what went wrong.
int Lock(int fd, int operation) {
  while (::flock(fd, operation) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace

absl::StatusOr<UniqueFd> TryLockFile(const std::string& path) {
  NEPA_ASSIGN_OR_RETURN(UniqueFd file, Open(path));
  const int error = Lock(file.get(), LOCK_EX | LOCK_NB);
  if (error == EWOULDBLOCK) {
    return absl::FailedPreconditionError(absl::StrCat(HolderOf(path), " holds ", path));
  }
  if (error != 0) return ErrnoStatus(error, absl::StrCat("locking ", path));
  // Only for messages: the lock itself is what counts, on a full disk too.
  if (Disk().MakeEmpty(file.get()) == 0) {
    WriteAll(file.get(), absl::StrCat(::getpid(), "\n"), path).IgnoreError();
  }
  return file;
}

absl::StatusOr<UniqueFd> LockFileWherePossible(const std::string& path) {
  NEPA_ASSIGN_OR_RETURN(UniqueFd file, Open(path));
  const int error = Lock(file.get(), LOCK_EX);
  if (error != 0 && error != ENOLCK && error != ENOTSUP) {
    return ErrnoStatus(error, absl::StrCat("locking ", path));
  }
  return file;
}

std::string HolderOf(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path, kMaxHolderBytes);
  int64_t pid = 0;
  if (!text.ok() || !absl::SimpleAtoi(*text, &pid)) return "an unknown process";
  return absl::StrCat("process ", pid);
}

}  // namespace nepa::io
