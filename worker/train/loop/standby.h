// A trainer that was started before there is a job for it, and waits with its libraries loaded.
#ifndef NEPA_WORKER_TRAIN_LOOP_STANDBY_H_
#define NEPA_WORKER_TRAIN_LOOP_STANDBY_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/frames/begin.h"

namespace nepa::loop {

// Waits for the first line of the control pipe and takes no byte more. None: the worker is gone, or
// needs this process no longer. INVALID_ARGUMENT for another line.
absl::StatusOr<std::optional<frames::Begin>> AwaitBegin(int control_fd);

// stdout and stderr are appended to the file `path` from now on. RESOURCE_EXHAUSTED, UNAVAILABLE, …
// where it cannot be opened.
absl::Status AppendOutputTo(const std::string& path);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_STANDBY_H_
