// Whole-file reading and crash-safe writing.
//
// Any thread. Errors: NOT_FOUND, PERMISSION_DENIED, RESOURCE_EXHAUSTED (disk full), UNAVAILABLE;
// each message names the path.
#ifndef NEPA_COMMON_IO_FILE_H_
#define NEPA_COMMON_IO_FILE_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nepa::io {

// INVALID_ARGUMENT if the file is longer than `limit_bytes`.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit_bytes);

// After OK the file holds `text`, durably; after an error or a crash it holds either what it held
// before or `text`. Writes `path`.tmp.<pid> beside it first.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view text);
// The same for bytes that `write` puts into the open file; its error is returned.
absl::Status WriteFileAtomically(const std::string& path,
                                 const std::function<absl::Status(int fd)>& write);

// Makes `path` and its parents, durably: the entry of each folder made is flushed to the disk. OK
// if it is a folder already.
absl::Status MakeFolders(const std::string& path);

// Flushes a file's bytes, or a folder's entries, to the disk.
absl::Status SyncPath(const std::string& path);

// Lower-case hex SHA-256.
std::string Sha256Hex(absl::string_view bytes);
absl::StatusOr<std::string> Sha256HexOfFile(const std::string& path);

}  // namespace nepa::io

#endif  // NEPA_COMMON_IO_FILE_H_
