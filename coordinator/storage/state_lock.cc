#include "coordinator/storage/state_lock.h"

#include "absl/strings/str_cat.h"
#include "common/io/file_lock.h"

namespace nepa::storage {

absl::StatusOr<std::unique_ptr<StateLock>> StateLock::Take(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/coordinator.lock");
  absl::StatusOr<io::UniqueFd> file = io::TryLockFile(path);
  if (absl::IsFailedPrecondition(file.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat("another coordinator (", io::HolderOf(path), ") serves the state folder ",
                     folder, "; stop it, or choose another folder with --state"));
  }
  if (!file.ok()) return file.status();
  return std::unique_ptr<StateLock>(new StateLock(*std::move(file)));
}

}  // namespace nepa::storage
