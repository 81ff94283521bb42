// Which jobs someone sees who watches them all but has no room for all.
#ifndef NEPA_COORDINATOR_RPC_WATCHED_JOBS_H_
#define NEPA_COORDINATOR_RPC_WATCHED_JOBS_H_

#include <nepa/v1/job_service.pb.h>

#include <cstdint>

#include "coordinator/runtime/view.h"

namespace nepa::coordinator {

// The picture of the cluster with at most `limit` jobs (0: all): first those that have slots or
// wait for their next attempt, then those that are queued, those that are paused, and the ones that
// ended last. Of each kind the oldest first, but of the ended.
v1::WatchJobsResponse WatchedJobs(const View& view, int64_t limit);

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RPC_WATCHED_JOBS_H_
