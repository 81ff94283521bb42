// The gRPC service for workers: translates, posts to the loop, waits.
#ifndef NEPA_COORDINATOR_RPC_WORKER_SERVICE_H_
#define NEPA_COORDINATOR_RPC_WORKER_SERVICE_H_

#include <nepa/v1/worker_service.grpc.pb.h>

#include "coordinator/metrics/metrics.h"
#include "coordinator/runtime/loop.h"

namespace nepa::coordinator {

class WorkerService final
    : public v1::WorkerService::WithCallbackMethod_Exchange<v1::WorkerService::Service> {
 public:
  // Both must outlive the server.
  WorkerService(Loop& loop, Metrics& metrics) : loop_(loop), metrics_(metrics) {}

  grpc::Status Register(grpc::ServerContext* context, const v1::RegisterRequest* request,
                        v1::RegisterResponse* response) override;
  grpc::ServerBidiReactor<v1::WorkerReport, v1::WorkerOrders>* Exchange(
      grpc::CallbackServerContext* context) override;

 private:
  Loop& loop_;
  Metrics& metrics_;
};

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RPC_WORKER_SERVICE_H_
