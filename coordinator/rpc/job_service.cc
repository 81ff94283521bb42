#include "coordinator/rpc/job_service.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/config/job_file.h"
#include "common/config/job_spec_json.h"
#include "common/rpc/status.h"
#include "common/rpc/time.h"
#include "coordinator/core/operations.h"
#include "coordinator/rpc/end_waiter.h"
#include "coordinator/rpc/messages.h"
#include "coordinator/state/words.h"

namespace nepa::coordinator {
namespace {

absl::Status Refused(const std::vector<config::Fault>& faults) {
  const std::string more =
      faults.size() > 1 ? absl::StrCat(" (and ", faults.size() - 1, " more)") : "";
  return rpc::WithFaults(
      absl::InvalidArgumentError(absl::StrCat(config::FormatFault(faults.front()), more)),
      ToMessage(faults));
}

absl::StatusOr<core::SubmitCommand> ReadSubmission(const v1::SubmitJobRequest& request) {
  config::JobFileResult read =
      config::ReadJobFile({request.text(),
                           request.file(),
                           request.folder(),
                           {request.overrides().begin(), request.overrides().end()}});
  if (!read.job.has_value()) return Refused(read.faults);
  core::SubmitCommand command;
  command.request_id = request.request_id();
  command.user = request.user();
  command.dry_run = request.dry_run();
  if (request.has_client_began_at()) {
    command.client_began_at = rpc::FromMessage(request.client_began_at());
  }
  if (request.has_sent_at()) command.sent_at = rpc::FromMessage(request.sent_at());
  command.source.text = request.text();
  command.source.json = config::ToJson(*read.job);
  // What is stored is what counts from now on, so it is read back at once.
  NEPA_ASSIGN_OR_RETURN(command.source.file, config::JobFileFromJson(command.source.json));
  return command;
}

}  // namespace

grpc::Status JobService::Answer(const std::string& method, const absl::Status& status) {
  metrics_.CountRpc(method, absl::StatusCodeToString(status.code()));
  return rpc::ToGrpc(status);
}

absl::Status JobService::Change(const Operation& operation, v1::Job* job, std::string* subject) {
  core::Reply reply;
  const absl::Status committed =
      loop_.Run([&](core::Draft& draft) { reply = operation(draft); },
                [&](const View& view) {
                  if (job == nullptr || !reply.status.ok()) return;
                  if (reply.preview.has_value()) {
                    *job = ToMessage(view, *reply.preview, JobFileToo::kYes);
                  } else if (const auto row = view.state.jobs.find(reply.subject);
                             row != view.state.jobs.end()) {
                    *job = ToMessage(view, row->second, JobFileToo::kYes);
                  } else {
                    reply.status = absl::NotFoundError(absl::StrCat(
                        "this was done before, and job ", reply.subject, " was deleted since"));
                  }
                });
  NEPA_RETURN_IF_ERROR(committed);
  if (!reply.faults.empty()) return Refused(reply.faults);
  if (subject != nullptr) *subject = reply.subject;
  return reply.status;
}

absl::Status JobService::Submit(const v1::SubmitJobRequest& request, v1::Job* job) {
  const absl::Time received = loop_.now();
  NEPA_ASSIGN_OR_RETURN(core::SubmitCommand command, ReadSubmission(request));
  command.received_at = received;
  command.checked_at = loop_.now();
  return Change([&](core::Draft& draft) { return core::Submit(draft, command); }, job);
}

absl::Status JobService::Cancel(Context& context, const v1::CancelJobRequest& request,
                                v1::Job* job) {
  const core::JobCommand command{request.request_id(), request.job()};
  std::string id;
  NEPA_RETURN_IF_ERROR(
      Change([&](core::Draft& draft) { return core::Cancel(draft, command); }, job, &id));
  if (job->phase() == v1::PHASE_CANCELLED) return absl::OkStatus();
  // Half of what the client grants, so that the answer reaches it in time.
  const absl::Duration granted =
      absl::FromChrono(context.deadline() - std::chrono::system_clock::now()) / 2;
  WaitForEnd(loop_, id, std::clamp(granted, absl::ZeroDuration(), kCancelWait));
  return loop_.Read([&](const View& view) {
    const auto row = view.state.jobs.find(id);
    if (row != view.state.jobs.end()) *job = ToMessage(view, row->second, JobFileToo::kYes);
  });
}

grpc::Status JobService::SubmitJob(Context*, const v1::SubmitJobRequest* request,
                                   v1::SubmitJobResponse* response) {
  return Answer("SubmitJob", Submit(*request, response->mutable_job()));
}

grpc::Status JobService::CancelJob(Context* context, const v1::CancelJobRequest* request,
                                   v1::CancelJobResponse* response) {
  return Answer("CancelJob", Cancel(*context, *request, response->mutable_job()));
}

grpc::Status JobService::PauseJob(Context*, const v1::PauseJobRequest* request,
                                  v1::PauseJobResponse* response) {
  const core::JobCommand command{request->request_id(), request->job()};
  return Answer("PauseJob", Change([&](core::Draft& draft) { return core::Pause(draft, command); },
                                   response->mutable_job()));
}

grpc::Status JobService::ResumeJob(Context*, const v1::ResumeJobRequest* request,
                                   v1::ResumeJobResponse* response) {
  const core::JobCommand command{request->request_id(), request->job()};
  return Answer("ResumeJob",
                Change([&](core::Draft& draft) { return core::Resume(draft, command); },
                       response->mutable_job()));
}

grpc::Status JobService::DeleteJob(Context*, const v1::DeleteJobRequest* request,
                                   v1::DeleteJobResponse*) {
  const core::DeleteCommand command{request->request_id(), request->job(),
                                    request->keep_checkpoints()};
  return Answer("DeleteJob",
                Change([&](core::Draft& draft) { return core::Delete(draft, command); }, nullptr));
}

grpc::Status JobService::SetPriority(Context*, const v1::SetPriorityRequest* request,
                                     v1::SetPriorityResponse* response) {
  const core::PriorityCommand command{request->request_id(), request->job(), request->priority()};
  return Answer("SetPriority",
                Change([&](core::Draft& draft) { return core::SetPriority(draft, command); },
                       response->mutable_job()));
}

}  // namespace nepa::coordinator
