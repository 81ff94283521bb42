#include "coordinator/rpc/worker_service.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/rpc/exchange.h"
#include "common/rpc/protocol.h"
#include "common/rpc/status.h"
#include "coordinator/core/operations.h"
#include "coordinator/rpc/exchange_stream.h"

namespace nepa::coordinator {
namespace {

// What the worker speaks, before anything that it says is believed.
absl::Status CheckVersion(const grpc::ServerContext& context, const std::string& name) {
  const auto shown = context.client_metadata().find(rpc::kProtocolKey);
  rpc::Protocol spoken;
  if (shown != context.client_metadata().end()) {
    spoken = rpc::DecodeProtocol({shown->second.data(), shown->second.size()});
  }
  return rpc::CheckProtocol(absl::StrCat("worker ", name), "nepa-worker", spoken, "the coordinator",
                            rpc::OurProtocol());
}

absl::Status TakeRegistration(Loop& loop, const grpc::ServerContext& context,
                              const v1::RegisterRequest& request, v1::RegisterResponse& response) {
  NEPA_RETURN_IF_ERROR(CheckVersion(context, request.name()));
  NEPA_ASSIGN_OR_RETURN(const exchange::Registration registration, rpc::FromMessage(request));
  absl::StatusOr<exchange::Registered> registered;
  NEPA_RETURN_IF_ERROR(
      loop.Run([&](core::Draft& draft) { registered = core::Register(draft, registration); },
               [](const View&) {}));
  if (registered.ok()) response = rpc::ToMessage(*registered);
  return registered.status();
}

}  // namespace

grpc::Status WorkerService::Register(grpc::ServerContext* context,
                                     const v1::RegisterRequest* request,
                                     v1::RegisterResponse* response) {
  const absl::Status status = TakeRegistration(loop_, *context, *request, *response);
  metrics_.CountRpc("Register", absl::StatusCodeToString(status.code()));
  return rpc::ToGrpc(status);
}

grpc::ServerBidiReactor<v1::WorkerReport, v1::WorkerOrders>* WorkerService::Exchange(
    grpc::CallbackServerContext*) {
  return NewExchangeStream(loop_, metrics_);
}

}  // namespace nepa::coordinator
