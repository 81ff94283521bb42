#include <algorithm>
#include <set>
#include <string>

#include "common/rpc/time.h"
#include "coordinator/core/explain.h"
#include "coordinator/core/find.h"
#include "coordinator/rpc/job_service.h"
#include "coordinator/rpc/messages.h"

namespace nepa::coordinator {
namespace {

constexpr size_t kShownJobs = 10;
constexpr size_t kShownAttempts = 100;

void AddJobs(const View& view, const std::vector<std::string>& ids,
             google::protobuf::RepeatedPtrField<v1::Job>* jobs) {
  for (size_t i = 0; i < std::min(ids.size(), kShownJobs); ++i) {
    *jobs->Add() = ToMessage(view, view.state.jobs.at(ids[i]), JobFileToo::kNo);
  }
}

v1::Attempt AttemptMessage(const View& view, const state::Job& job, const state::Attempt& attempt) {
  v1::Attempt message;
  message.set_attempt(attempt.id.attempt);
  message.set_ranks(static_cast<int64_t>(attempt.gang.size()));
  std::set<std::string> workers;
  for (const state::Rank& rank : attempt.gang) {
    workers.insert(core::WorkerName(view.state, rank.worker));
  }
  message.mutable_workers()->Assign(workers.begin(), workers.end());
  *message.mutable_placed_at() = rpc::ToMessage(attempt.placed_at);
  if (attempt.started_at) *message.mutable_started_at() = rpc::ToMessage(*attempt.started_at);
  if (attempt.ended_at) *message.mutable_ended_at() = rpc::ToMessage(*attempt.ended_at);
  if (attempt.cause) *message.mutable_cause() = ToMessage(*attempt.cause);
  switch (core::FaultOf(job, attempt)) {
    case core::Fault::kNone:
      break;
    case core::Fault::kJob:
      message.set_fault(v1::FAULT_OF_JOB);
      break;
    case core::Fault::kMachine:
      message.set_fault(v1::FAULT_OF_MACHINE);
      break;
  }
  return message;
}

void AddWaiting(const View& view, const state::Job& job, absl::Time now,
                v1::ExplainJobResponse& response) {
  const auto wait = core::ExplainWait(view.state, view.live, view.settings, now, job);
  if (!wait.has_value()) return;
  v1::Waiting& waiting = *response.mutable_waiting();
  waiting.set_never(wait->never);
  waiting.set_needs(wait->needs);
  waiting.set_most(wait->most);
  AddJobs(view, wait->ahead, waiting.mutable_ahead());
  waiting.set_ahead_count(static_cast<int64_t>(wait->ahead.size()));
  AddJobs(view, wait->holders, waiting.mutable_holders());
  waiting.set_holder_count(static_cast<int64_t>(wait->holders.size()));
  if (job.not_before > now) *waiting.mutable_not_before() = rpc::ToMessage(job.not_before);
}

void Fill(const View& view, const state::Job& job, absl::Time now,
          v1::ExplainJobResponse& response) {
  *response.mutable_job() = ToMessage(view, job, JobFileToo::kNo);
  AddWaiting(view, job, now, response);
  const auto attempts = core::AttemptsOf(view.state, job.id);
  for (size_t i = attempts.size() - std::min(attempts.size(), kShownAttempts); i < attempts.size();
       ++i) {
    *response.add_attempts() = AttemptMessage(view, job, *attempts[i]);
  }
  response.set_faults_in_a_row(job.barren_faults);
  response.set_most_faults(job.source->file.spec.restart.max);
}

}  // namespace

grpc::Status JobService::ExplainJob(Context*, const v1::ExplainJobRequest* request,
                                    v1::ExplainJobResponse* response) {
  absl::Status found = core::NoSuchJob(request->job());
  const absl::Status read = loop_.Read([&](const View& view) {
    const state::Job* job = core::FindJob(view.state, request->job());
    if (job == nullptr) return;
    Fill(view, *job, loop_.now(), *response);
    found = absl::OkStatus();
  });
  return Answer("ExplainJob", read.ok() ? found : read);
}

}  // namespace nepa::coordinator
