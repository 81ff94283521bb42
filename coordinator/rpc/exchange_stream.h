// One Exchange call: hands reports to the loop and orders to the worker.
#ifndef NEPA_COORDINATOR_RPC_EXCHANGE_STREAM_H_
#define NEPA_COORDINATOR_RPC_EXCHANGE_STREAM_H_

#include <grpcpp/support/server_callback.h>
#include <nepa/v1/worker_service.pb.h>

#include "coordinator/metrics/metrics.h"
#include "coordinator/runtime/loop.h"

namespace nepa::coordinator {

// Starts to read. The reactor deletes itself when the call is over.
grpc::ServerBidiReactor<v1::WorkerReport, v1::WorkerOrders>* NewExchangeStream(Loop& loop,
                                                                               Metrics& metrics);

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RPC_EXCHANGE_STREAM_H_
