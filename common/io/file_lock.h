// A locked file: what a folder's owner holds for as long as it lives. The system lets go of the
// lock however the process ends, kill -9 included, so that nobody ever has to remove a file by
// hand. A process that was started with the descriptor holds the lock too.
//
// Any thread. Errors as common/io/file.h for the file itself.
#ifndef NEPA_COMMON_IO_FILE_LOCK_H_
#define NEPA_COMMON_IO_FILE_LOCK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/io/unique_fd.h"

namespace nepa::io {

// The open and locked file `path`, made where it is missing, with this process's number in it.
// FAILED_PRECONDITION, and only then, if another holds the lock; it names HolderOf().
absl::StatusOr<UniqueFd> TryLockFile(const std::string& path);

// Waits for the lock without a limit, and leaves in the file what it held. Where the file system
// has no locks, the file is just opened.
absl::StatusOr<UniqueFd> LockFileWherePossible(const std::string& path);

// The process that holds the lock, for a message: "process 123", or "an unknown process".
std::string HolderOf(const std::string& path);

}  // namespace nepa::io

#endif  // NEPA_COMMON_IO_FILE_LOCK_H_
