// Whole-file reading and crash-safe writing.
//
// Any thread. Errors: NOT_FOUND, PERMISSION_DENIED, RESOURCE_EXHAUSTED (disk full), UNAVAILABLE;
// each message names the path. What changes the disk goes through io::Disk() (file_system.h).
#ifndef NEPA_COMMON_IO_FILE_H_
#define NEPA_COMMON_IO_FILE_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/io/unique_fd.h"

namespace nepa::io {

// INVALID_ARGUMENT if the file is longer than `limit_bytes`.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit_bytes);

// Opens an empty file to write, made where it is missing.
absl::StatusOr<UniqueFd> CreateFile(const std::string& path);

// After OK the file holds `text`, durably; after an error or a crash it holds either what it held
// before or `text`. Writes `path`.tmp.<pid> beside it first.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view text);
// The same for bytes that `write` puts into the open file; its error is returned.
absl::Status WriteFileAtomically(const std::string& path,
                                 const std::function<absl::Status(int fd)>& write);

// Writes what `from` holds into the new file `to`, and flushes it to the disk; not its entry.
absl::Status CopyFile(const std::string& from, const std::string& to);

// Makes `path` and its parents, durably: the entry of each folder made is flushed to the disk. OK
// if it is a folder already.
absl::Status MakeFolders(const std::string& path);

// Gives `from` the name `to`, in place of what had it. Durable once the folders are synced.
absl::Status Rename(const std::string& from, const std::string& to);
// Makes the two swap names: at no time is there none of either name. Some network file systems
// cannot do that at once; there, `b` is missing for a moment. Durable once the folders are synced.
absl::Status Exchange(const std::string& a, const std::string& b);

// Removes a file, or a folder with all in it; a link itself, not what it leads to. OK if it is not
// there. What an error leaves is a part of it.
absl::Status RemoveAll(const std::string& path);

// Flushes a file's bytes, or a folder's entries, to the disk.
absl::Status SyncPath(const std::string& path);
absl::Status SyncFile(int fd, const std::string& path);
// The folder that holds the entry of `path`.
absl::Status SyncParent(const std::string& path);

// Lower-case hex SHA-256.
std::string Sha256Hex(absl::string_view bytes);
absl::StatusOr<std::string> Sha256HexOfFile(const std::string& path);

}  // namespace nepa::io

#endif  // NEPA_COMMON_IO_FILE_H_
