#include "coordinator/rpc/worker_service.h"

#include "common/base/status.h"
#include "common/rpc/exchange.h"
#include "common/rpc/status.h"
#include "coordinator/core/operations.h"
#include "coordinator/rpc/exchange_stream.h"

namespace nepa::coordinator {
namespace {

absl::Status TakeRegistration(Loop& loop, const v1::RegisterRequest& request,
                              v1::RegisterResponse& response) {
  NEPA_ASSIGN_OR_RETURN(const exchange::Registration registration, rpc::FromMessage(request));
  absl::StatusOr<exchange::Registered> registered;
  NEPA_RETURN_IF_ERROR(
      loop.Run([&](core::Draft& draft) { registered = core::Register(draft, registration); },
               [](const View&) {}));
  if (registered.ok()) response = rpc::ToMessage(*registered);
  return registered.status();
}

}  // namespace

grpc::Status WorkerService::Register(grpc::ServerContext*, const v1::RegisterRequest* request,
                                     v1::RegisterResponse* response) {
  const absl::Status status = TakeRegistration(loop_, *request, *response);
  metrics_.CountRpc("Register", absl::StatusCodeToString(status.code()));
  return rpc::ToGrpc(status);
}

grpc::ServerBidiReactor<v1::WorkerReport, v1::WorkerOrders>* WorkerService::Exchange(
    grpc::CallbackServerContext*) {
  return NewExchangeStream(loop_, metrics_);
}

}  // namespace nepa::coordinator
