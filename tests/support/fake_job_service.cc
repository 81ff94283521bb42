#include "tests/support/fake_job_service.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "common/rpc/channel.h"
#include "tests/support/program.h"

namespace nepa::testing {
namespace {

grpc::Status NotFound(const std::string& what) {
  return grpc::Status(grpc::StatusCode::NOT_FOUND, "no job '" + what + "'");
}

template <typename T>
void CopyAll(const std::vector<T>& from, google::protobuf::RepeatedPtrField<T>* to) {
  for (const T& each : from) *to->Add() = each;
}

}  // namespace

FakeJobService::FakeJobService() {
  auto listening = rpc::Listen("127.0.0.1:0", {this});
  if (!listening.ok()) {
    ADD_FAILURE() << listening.status();
    return;
  }
  server_ = std::move(listening->server);
  address_ = listening->address;
}

FakeJobService::~FakeJobService() {
  if (server_ != nullptr) server_->Shutdown();
}

grpc::Status FakeJobService::Reply() {
  if (!refusal.ok()) return refusal;
  if (lose_replies > 0) {
    --lose_replies;
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the reply was lost");
  }
  return grpc::Status::OK;
}

const v1::Job* FakeJobService::Find(const std::string& name) const {
  const v1::Job* found = nullptr;
  for (const v1::Job& job : jobs) {
    if (job.id() == name) return &job;
    if (job.name() == name) found = &job;
  }
  return found;
}

grpc::Status FakeJobService::SubmitJob(grpc::ServerContext*, const v1::SubmitJobRequest* request,
                                       v1::SubmitJobResponse* response) {
  submitted.push_back(*request);
  const bool known = std::count(request_ids.begin(), request_ids.end(), request->request_id()) > 0;
  request_ids.push_back(request->request_id());
  if (!known && !request->dry_run() && refusal.ok()) {
    v1::Job job;
    job.set_id("j" + std::to_string(jobs.size() + 1));
    job.set_name("submitted");
    job.set_phase(v1::PHASE_QUEUED);
    jobs.push_back(job);
  }
  if (!jobs.empty()) *response->mutable_job() = jobs.back();
  if (request->dry_run()) response->mutable_job()->clear_id();
  return Reply();
}

grpc::Status FakeJobService::ListJobs(grpc::ServerContext*, const v1::ListJobsRequest* request,
                                      v1::ListJobsResponse* response) {
  limit = request->limit();
  CopyAll(jobs, response->mutable_jobs());
  return Reply();
}

grpc::Status FakeJobService::GetJob(grpc::ServerContext*, const v1::GetJobRequest* request,
                                    v1::GetJobResponse* response) {
  const v1::Job* const job = Find(request->job());
  if (job == nullptr) return NotFound(request->job());
  *response->mutable_job() = *job;
  return Reply();
}

void FakeJobService::WaitUntilCancelled(grpc::ServerContext* context) {
  WaitUntil([&] { return context->IsCancelled(); }, absl::Seconds(60));
}

grpc::Status FakeJobService::WatchJob(grpc::ServerContext* context, const v1::WatchJobRequest*,
                                      grpc::ServerWriter<v1::WatchJobResponse>* writer) {
  for (size_t i = 0; i < story.size(); ++i) {
    if (i == break_watch_after) {
      break_watch_after = SIZE_MAX;
      return watch_break;
    }
    v1::WatchJobResponse response;
    *response.mutable_job() = story[i];
    writer->Write(response);
  }
  const bool ended = !story.empty() && story.back().phase() >= v1::PHASE_SUCCEEDED;
  if (keep_watching && !ended) WaitUntilCancelled(context);
  return Reply();
}

grpc::Status FakeJobService::WatchJobs(grpc::ServerContext* context,
                                       const v1::WatchJobsRequest* request,
                                       grpc::ServerWriter<v1::WatchJobsResponse>* writer) {
  limit = request->limit();
  for (const v1::WatchJobsResponse& picture : pictures) writer->Write(picture);
  if (keep_watching) WaitUntilCancelled(context);
  // A real one goes on; a test wants an end.
  return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "that was all");
}

template <typename Request, typename Response>
grpc::Status FakeJobService::Change(const std::string& what, const Request& request,
                                    v1::Phase phase, Response* response) {
  const v1::Job* const job = Find(request.job());
  if (job == nullptr) return NotFound(request.job());
  request_ids.push_back(request.request_id());
  changed.push_back(what + " " + request.job());
  *response->mutable_job() = *job;
  response->mutable_job()->set_phase(phase);
  return Reply();
}

grpc::Status FakeJobService::CancelJob(grpc::ServerContext*, const v1::CancelJobRequest* request,
                                       v1::CancelJobResponse* response) {
  return Change("cancel", *request, v1::PHASE_CANCELLED, response);
}
grpc::Status FakeJobService::PauseJob(grpc::ServerContext*, const v1::PauseJobRequest* request,
                                      v1::PauseJobResponse* response) {
  return Change("pause", *request, v1::PHASE_PAUSED, response);
}
grpc::Status FakeJobService::ResumeJob(grpc::ServerContext*, const v1::ResumeJobRequest* request,
                                       v1::ResumeJobResponse* response) {
  return Change("resume", *request, v1::PHASE_QUEUED, response);
}

grpc::Status FakeJobService::DeleteJob(grpc::ServerContext*, const v1::DeleteJobRequest* request,
                                       v1::DeleteJobResponse*) {
  request_ids.push_back(request->request_id());
  changed.push_back("delete " + request->job() +
                    (request->keep_checkpoints() ? " keeping checkpoints" : ""));
  return Reply();
}

grpc::Status FakeJobService::SetPriority(grpc::ServerContext*,
                                         const v1::SetPriorityRequest* request,
                                         v1::SetPriorityResponse* response) {
  const v1::Job* const job = Find(request->job());
  if (job == nullptr) return NotFound(request->job());
  const grpc::Status status = Change("priority", *request, job->phase(), response);
  response->mutable_job()->set_priority(request->priority());
  return status;
}

grpc::Status FakeJobService::PinCheckpoint(grpc::ServerContext*,
                                           const v1::PinCheckpointRequest* request,
                                           v1::PinCheckpointResponse* response) {
  request_ids.push_back(request->request_id());
  changed.push_back((request->pinned() ? "pin " : "unpin ") + request->id());
  if (!checkpoints.empty()) *response->mutable_checkpoint() = checkpoints.back();
  response->mutable_checkpoint()->set_pinned(request->pinned());
  return Reply();
}

grpc::Status FakeJobService::DeleteCheckpoint(grpc::ServerContext*,
                                              const v1::DeleteCheckpointRequest* request,
                                              v1::DeleteCheckpointResponse*) {
  request_ids.push_back(request->request_id());
  changed.push_back("delete " + request->id());
  return Reply();
}

grpc::Status FakeJobService::DrainWorker(grpc::ServerContext*,
                                         const v1::DrainWorkerRequest* request,
                                         v1::DrainWorkerResponse* response) {
  request_ids.push_back(request->request_id());
  drain_request = *request;
  if (!workers.empty()) *response->mutable_worker() = workers.back();
  return Reply();
}

grpc::Status FakeJobService::UndrainWorker(grpc::ServerContext*,
                                           const v1::UndrainWorkerRequest* request,
                                           v1::UndrainWorkerResponse* response) {
  request_ids.push_back(request->request_id());
  changed.push_back("undrain " + request->worker());
  if (!workers.empty()) *response->mutable_worker() = workers.back();
  return Reply();
}

grpc::Status FakeJobService::GetMetrics(grpc::ServerContext*, const v1::GetMetricsRequest*,
                                        v1::GetMetricsResponse* response) {
  CopyAll(points, response->mutable_points());
  return Reply();
}

grpc::Status FakeJobService::ListEvents(grpc::ServerContext*, const v1::ListEventsRequest*,
                                        v1::ListEventsResponse* response) {
  CopyAll(events, response->mutable_events());
  return Reply();
}

grpc::Status FakeJobService::ReadLogs(grpc::ServerContext*, const v1::ReadLogsRequest* request,
                                      grpc::ServerWriter<v1::ReadLogsResponse>* writer) {
  log_request = *request;
  for (size_t i = 0; i < log.size(); ++i) {
    if (i == break_log_after) {
      break_log_after = SIZE_MAX;
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the stream broke");
    }
    writer->Write(log[i]);
  }
  return Reply();
}

grpc::Status FakeJobService::ListCheckpoints(grpc::ServerContext*,
                                             const v1::ListCheckpointsRequest* request,
                                             v1::ListCheckpointsResponse* response) {
  limit = request->limit();
  for (const v1::Checkpoint& checkpoint : checkpoints) {
    if (request->job().empty() || request->job() == checkpoint.job()) {
      *response->add_checkpoints() = checkpoint;
    }
  }
  return Reply();
}

grpc::Status FakeJobService::GetCheckpoint(grpc::ServerContext*,
                                           const v1::GetCheckpointRequest* request,
                                           v1::GetCheckpointResponse* response) {
  for (const v1::Checkpoint& checkpoint : checkpoints) {
    if (checkpoint.id() == request->id()) *response->mutable_checkpoint() = checkpoint;
  }
  if (!response->has_checkpoint()) {
    return grpc::Status(grpc::StatusCode::NOT_FOUND, "no checkpoint '" + request->id() + "'");
  }
  return Reply();
}

grpc::Status FakeJobService::VerifyCheckpoint(grpc::ServerContext*,
                                              const v1::VerifyCheckpointRequest* request,
                                              v1::VerifyCheckpointResponse* response) {
  request_ids.push_back(request->request_id());
  if (!checkpoints.empty()) *response->mutable_checkpoint() = checkpoints.back();
  for (const std::string& fault : faults) response->add_faults(fault);
  return Reply();
}

grpc::Status FakeJobService::ReadCheckpoint(
    grpc::ServerContext*, const v1::ReadCheckpointRequest*,
    grpc::ServerWriter<v1::ReadCheckpointResponse>* writer) {
  for (const auto& [name, text] : files) {
    // In pieces of three bytes, so that putting them together is tested.
    for (size_t at = 0; at == 0 || at < text.size(); at += 3) {
      v1::ReadCheckpointResponse response;
      response.set_file(name);
      response.set_piece(text.substr(at, 3));
      writer->Write(response);
    }
  }
  return Reply();
}

grpc::Status FakeJobService::ListWorkers(grpc::ServerContext*, const v1::ListWorkersRequest*,
                                         v1::ListWorkersResponse* response) {
  CopyAll(workers, response->mutable_workers());
  return Reply();
}

grpc::Status FakeJobService::GetVersion(grpc::ServerContext*, const v1::GetVersionRequest*,
                                        v1::GetVersionResponse* response) {
  response->set_version("9.9.9");
  return refusal;  // asked beside a command's own call, and never lost
}

}  // namespace nepa::testing
