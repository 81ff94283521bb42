// What people change about checkpoints.
#include <string>
#include <vector>

#include "common/base/status.h"
#include "coordinator/core/find.h"
#include "coordinator/core/operations.h"
#include "coordinator/rpc/checkpoint_files.h"
#include "coordinator/rpc/job_service.h"
#include "coordinator/rpc/messages.h"

namespace nepa::coordinator {

absl::StatusOr<v1::Checkpoint> JobService::CheckpointOf(const std::string& id) {
  absl::StatusOr<v1::Checkpoint> checkpoint = core::NoSuchCheckpoint(id);
  NEPA_RETURN_IF_ERROR(loop_.Read([&](const View& view) {
    const auto row = view.state.checkpoints.find(id);
    if (row != view.state.checkpoints.end()) checkpoint = ToMessage(view, row->second);
  }));
  return checkpoint;
}

absl::Status JobService::Verify(const v1::VerifyCheckpointRequest& request,
                                v1::VerifyCheckpointResponse& response) {
  if (request.request_id().empty()) {
    return absl::InvalidArgumentError("VerifyCheckpoint: request_id is missing; send a new UUID");
  }
  NEPA_ASSIGN_OR_RETURN(const v1::Checkpoint before, CheckpointOf(request.id()));
  NEPA_ASSIGN_OR_RETURN(const std::vector<std::string> faults,
                        FindCheckpointFaults(before.path(), before.sha256()));
  const core::MarkCheckpointCommand command{request.request_id(), request.id(), !faults.empty()};
  NEPA_RETURN_IF_ERROR(
      Change([&](core::Draft& draft) { return core::MarkCheckpoint(draft, command); }, nullptr));
  NEPA_ASSIGN_OR_RETURN(*response.mutable_checkpoint(), CheckpointOf(request.id()));
  response.mutable_faults()->Assign(faults.begin(), faults.end());
  return absl::OkStatus();
}

absl::Status JobService::Pin(const v1::PinCheckpointRequest& request, v1::Checkpoint* checkpoint) {
  const core::PinCommand command{request.request_id(), request.id(), request.pinned()};
  NEPA_RETURN_IF_ERROR(
      Change([&](core::Draft& draft) { return core::PinCheckpoint(draft, command); }, nullptr));
  NEPA_ASSIGN_OR_RETURN(*checkpoint, CheckpointOf(request.id()));
  return absl::OkStatus();
}

grpc::Status JobService::VerifyCheckpoint(Context*, const v1::VerifyCheckpointRequest* request,
                                          v1::VerifyCheckpointResponse* response) {
  return Answer("VerifyCheckpoint", Verify(*request, *response));
}

grpc::Status JobService::PinCheckpoint(Context*, const v1::PinCheckpointRequest* request,
                                       v1::PinCheckpointResponse* response) {
  return Answer("PinCheckpoint", Pin(*request, response->mutable_checkpoint()));
}

grpc::Status JobService::DeleteCheckpoint(Context*, const v1::DeleteCheckpointRequest* request,
                                          v1::DeleteCheckpointResponse*) {
  const core::DeleteCheckpointCommand command{request->request_id(), request->id()};
  return Answer(
      "DeleteCheckpoint",
      Change([&](core::Draft& draft) { return core::DeleteCheckpoint(draft, command); }, nullptr));
}

}  // namespace nepa::coordinator
