// What people change about workers.
#include <string>

#include "common/base/status.h"
#include "coordinator/core/find.h"
#include "coordinator/core/operations.h"
#include "coordinator/rpc/job_service.h"
#include "coordinator/rpc/messages.h"

namespace nepa::coordinator {

absl::Status JobService::ChangeWorker(const Operation& operation, v1::Worker* worker) {
  std::string id;
  NEPA_RETURN_IF_ERROR(Change(operation, nullptr, &id));
  absl::Status found = core::NoSuchWorker(id);
  NEPA_RETURN_IF_ERROR(loop_.Read([&](const View& view) {
    const auto row = view.state.workers.find(id);
    if (row == view.state.workers.end()) return;  // it was forgotten since
    *worker = ToMessage(view, row->second);
    found = absl::OkStatus();
  }));
  return found;
}

grpc::Status JobService::DrainWorker(Context*, const v1::DrainWorkerRequest* request,
                                     v1::DrainWorkerResponse* response) {
  const core::DrainCommand command{request->request_id(), request->worker(), request->user(),
                                   request->reason()};
  return Answer("DrainWorker",
                ChangeWorker([&](core::Draft& draft) { return core::Drain(draft, command); },
                             response->mutable_worker()));
}

grpc::Status JobService::UndrainWorker(Context*, const v1::UndrainWorkerRequest* request,
                                       v1::UndrainWorkerResponse* response) {
  const core::UndrainCommand command{request->request_id(), request->worker()};
  return Answer("UndrainWorker",
                ChangeWorker([&](core::Draft& draft) { return core::Undrain(draft, command); },
                             response->mutable_worker()));
}

}  // namespace nepa::coordinator
