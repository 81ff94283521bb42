// One WatchJob or WatchJobs call: shows what the loop shows.
#ifndef NEPA_COORDINATOR_RPC_WATCH_STREAM_H_
#define NEPA_COORDINATOR_RPC_WATCH_STREAM_H_

#include <grpcpp/support/server_callback.h>
#include <nepa/v1/job_service.pb.h>

#include <cstdint>
#include <string>

#include "coordinator/metrics/metrics.h"
#include "coordinator/runtime/loop.h"

namespace nepa::coordinator {

// Starts to watch. The reactor deletes itself when the call is over.
grpc::ServerWriteReactor<v1::WatchJobResponse>* NewWatchStream(Loop& loop, Metrics& metrics,
                                                               const std::string& job);

// The same for all jobs, at most `limit` of them in one message.
grpc::ServerWriteReactor<v1::WatchJobsResponse>* NewClusterWatchStream(Loop& loop, Metrics& metrics,
                                                                       int64_t limit);

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RPC_WATCH_STREAM_H_
