// Signals as something the loop waits for with poll().
#ifndef NEPA_WORKER_RUNTIME_SIGNALS_H_
#define NEPA_WORKER_RUNTIME_SIGNALS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/io/unique_fd.h"

namespace nepa::worker {

// Blocks SIGTERM, SIGINT and SIGCHLD and ignores SIGPIPE, for this thread and those it starts:
// called by main before there are others. The descriptor is readable when one of them came.
absl::StatusOr<io::UniqueFd> TakeSignals();

// The numbers of the signals that came since the last call; several of one kind may be one.
std::vector<int> ReadSignals(int fd);

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_SIGNALS_H_
