// Waiting for a job's end, for a bounded time.
#ifndef NEPA_COORDINATOR_RPC_END_WAITER_H_
#define NEPA_COORDINATOR_RPC_END_WAITER_H_

#include <string>

#include "absl/time/time.h"
#include "coordinator/runtime/loop.h"

namespace nepa::coordinator {

// Returns when the job has ended, or after `timeout`. Any thread but the loop's.
void WaitForEnd(Loop& loop, const std::string& job_id, absl::Duration timeout);

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RPC_END_WAITER_H_
