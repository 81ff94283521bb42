// One coordinator a state folder: a locked file in it, released by the system however the process
// ends.
#ifndef NEPA_COORDINATOR_STORAGE_STATE_LOCK_H_
#define NEPA_COORDINATOR_STORAGE_STATE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/io/unique_fd.h"

namespace nepa::storage {

class StateLock {
 public:
  // FAILED_PRECONDITION names the process that holds the folder.
  static absl::StatusOr<std::unique_ptr<StateLock>> Take(const std::string& folder);

 private:
  explicit StateLock(io::UniqueFd file) : file_(std::move(file)) {}

  const io::UniqueFd file_;
};

}  // namespace nepa::storage

#endif  // NEPA_COORDINATOR_STORAGE_STATE_LOCK_H_
