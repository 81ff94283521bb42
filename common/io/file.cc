#include "common/io/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/io/file_system.h"
#include "common/io/write_all.h"

namespace nepa::io {
namespace {

namespace fs = std::filesystem;

absl::Status WriteAndSync(const std::string& path,
                          const std::function<absl::Status(int fd)>& write) {
  NEPA_ASSIGN_OR_RETURN(const UniqueFd fd, CreateFile(path));
  NEPA_RETURN_IF_ERROR(write(fd.get()));
  return SyncFile(fd.get(), path);
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
  if (status.ok()) status = Rename(temporary, path);
  if (!status.ok()) {
    RemoveAll(temporary).IgnoreError();  // what went wrong before is what there is to tell
    return status;
  }
  return SyncParent(path);
}

absl::StatusOr<UniqueFd> CreateFile(const std::string& path) {
  const int fd = Disk().Open(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (fd < 0) return ErrnoStatus(-fd, absl::StrCat("creating ", path));
  return UniqueFd(fd);
}

absl::Status CopyFile(const std::string& from, const std::string& to) {
  const UniqueFd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source.valid()) return ErrnoStatus(errno, absl::StrCat("opening ", from));
  return WriteAndSync(to, [&](int fd) -> absl::Status {
    std::string buffer(1 << 20, '\0');
    for (;;) {
      const ssize_t count = ::read(source.get(), buffer.data(), buffer.size());
      if (count == 0) return absl::OkStatus();
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return ErrnoStatus(errno, absl::StrCat("reading ", from));
      NEPA_RETURN_IF_ERROR(WriteAll(fd, {buffer.data(), static_cast<size_t>(count)}, to));
    }
  });
}

absl::Status MakeFolders(const std::string& path) {
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
    const int made = Disk().MakeFolder(folder.string());
    // Another may have made it meanwhile.
    if (made < 0 && !(made == -EEXIST && fs::is_directory(folder, error))) {
      return ErrnoStatus(-made, absl::StrCat("making folder ", path));
    }
    NEPA_RETURN_IF_ERROR(SyncParent(folder.string()));
  }
  return absl::OkStatus();
}

absl::Status Rename(const std::string& from, const std::string& to) {
  const int renamed = Disk().Rename(from, to);
  if (renamed < 0) return ErrnoStatus(-renamed, absl::StrCat("renaming ", from, " to ", to));
  return absl::OkStatus();
}

absl::Status Exchange(const std::string& a, const std::string& b) {
  const int exchanged = Disk().Exchange(a, b);
  if (exchanged >= 0) return absl::OkStatus();
  if (exchanged != -EINVAL && exchanged != -ENOSYS) {
    return ErrnoStatus(-exchanged, absl::StrCat("exchanging ", a, " and ", b));
  }
  const std::string aside = absl::StrCat(a, "-replaced");
  NEPA_RETURN_IF_ERROR(RemoveAll(aside));
  NEPA_RETURN_IF_ERROR(Rename(b, aside));
  NEPA_RETURN_IF_ERROR(Rename(a, b));
  return Rename(aside, a);
}

absl::Status RemoveAll(const std::string& path) {
  std::error_code error;
  const fs::file_status about = fs::symlink_status(path, error);
  if (about.type() == fs::file_type::not_found) return absl::OkStatus();
  if (error) return ErrnoStatus(error.value(), absl::StrCat("looking at ", path));
  if (about.type() == fs::file_type::directory) {
    // All names first: an entry that is removed while the folder is read may hide another.
    std::vector<std::string> inside;
    fs::directory_iterator entry(path, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      inside.push_back(entry->path().string());
    }
    if (error) return ErrnoStatus(error.value(), absl::StrCat("listing ", path));
    for (const std::string& each : inside) NEPA_RETURN_IF_ERROR(RemoveAll(each));
  }
  const int removed = Disk().Remove(path);
  if (removed < 0 && removed != -ENOENT) {
    return ErrnoStatus(-removed, absl::StrCat("removing ", path));
  }
  return absl::OkStatus();
}

absl::Status SyncPath(const std::string& path) {
  const UniqueFd fd(Disk().Open(path, O_RDONLY));
  if (!fd.valid()) return ErrnoStatus(-fd.get(), absl::StrCat("opening ", path));
  return SyncFile(fd.get(), path);
}

absl::Status SyncFile(int fd, const std::string& path) {
  const int synced = Disk().Sync(fd);
  if (synced < 0) return ErrnoStatus(-synced, absl::StrCat("syncing ", path));
  return absl::OkStatus();
}

absl::Status SyncParent(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  return SyncPath(parent.empty() ? "." : parent);
}

}  // namespace nepa::io
