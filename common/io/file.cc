#include "common/io/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/io/unique_fd.h"
#include "common/io/write_all.h"

namespace nepa::io {
namespace {

absl::Status WriteAndSync(const std::string& path,
                          const std::function<absl::Status(int fd)>& write) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("creating ", path));
  NEPA_RETURN_IF_ERROR(write(fd.get()));
  if (::fsync(fd.get()) != 0) return ErrnoStatus(errno, absl::StrCat("syncing ", path));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit_bytes) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("opening ", path));
  std::string text;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = ::read(fd.get(), buffer, sizeof(buffer));
    if (count < 0) {
      if (errno == EINTR) continue;
      return ErrnoStatus(errno, absl::StrCat("reading ", path));
    }
    if (count == 0) return text;
    text.append(buffer, static_cast<size_t>(count));
    if (text.size() > limit_bytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, " is longer than the allowed ", limit_bytes, " bytes"));
    }
  }
}

absl::Status WriteFileAtomically(const std::string& path, absl::string_view text) {
  return WriteFileAtomically(path, [&](int fd) { return WriteAll(fd, text, path); });
}

absl::Status WriteFileAtomically(const std::string& path,
                                 const std::function<absl::Status(int fd)>& write) {
  const std::string temporary = absl::StrCat(path, ".tmp.", ::getpid());
  absl::Status status = WriteAndSync(temporary, write);
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0) {
    status = ErrnoStatus(errno, absl::StrCat("renaming ", temporary, " to ", path));
  }
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return SyncPath(folder.empty() ? "." : folder);
}

absl::Status MakeFolders(const std::string& path) {
  namespace fs = std::filesystem;
  // From the outermost that is missing; a trailing '/' gives the same folder twice.
  std::vector<fs::path> missing;
  std::error_code error;
  for (fs::path folder = path; !folder.empty() && !fs::is_directory(folder, error);) {
    missing.push_back(folder);
    if (folder == folder.parent_path()) break;
    folder = folder.parent_path();
  }
  for (; !missing.empty(); missing.pop_back()) {
    const fs::path& folder = missing.back();
    fs::create_directory(folder, error);
    if (error) return ErrnoStatus(error.value(), absl::StrCat("making folder ", path));
    const std::string parent = folder.parent_path().string();
    NEPA_RETURN_IF_ERROR(SyncPath(parent.empty() ? "." : parent));
  }
  return absl::OkStatus();
}

absl::Status SyncPath(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("opening ", path));
  if (::fsync(fd.get()) != 0) return ErrnoStatus(errno, absl::StrCat("syncing ", path));
  return absl::OkStatus();
}

}  // namespace nepa::io
