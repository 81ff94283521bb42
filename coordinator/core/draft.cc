#include "coordinator/core/draft.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace nepa::core {
namespace {

// Whether the scheduler may decide differently once `job` replaced the row in `state`.
bool MattersToPlan(const state::ClusterState& state, const state::Job& job) {
  const auto old = state.jobs.find(job.id);
  return old == state.jobs.end() || old->second.phase != job.phase ||
         old->second.priority != job.priority || old->second.not_before != job.not_before;
}

}  // namespace

void Draft::Record(state::Change change) {
  if (const auto* put = std::get_if<state::PutJob>(&change)) {
    touched_jobs_.insert(put->job.id);
    plan_wanted_ |= MattersToPlan(state_, put->job);
  } else if (const auto* put = std::get_if<state::PutAttempt>(&change)) {
    touched_jobs_.insert(put->attempt.id.job_id);
    plan_wanted_ = true;
  } else if (const auto* put = std::get_if<state::PutCheckpoint>(&change)) {
    touched_jobs_.insert(put->checkpoint.job);
  } else if (const auto* put = std::get_if<state::DeleteJob>(&change)) {
    touched_jobs_.insert(put->id);
    plan_wanted_ = true;
  }
  if (std::optional<state::Change> inverse = state::Apply(state_, change)) {
    inverses_.push_back(*std::move(inverse));
  }
  changes_.push_back(std::move(change));
}

void Draft::AddEvent(const std::string& job, int64_t attempt, const std::string& kind,
                     const std::string& message) {
  Record(state::AddEvent{{now_, job, attempt, kind, message}});
  if (job.empty() && live_.untrimmed_worker_events.has_value()) ++*live_.untrimmed_worker_events;
}

void Draft::AddSpans(const std::string& job, std::vector<state::Span> spans) {
  if (!spans.empty()) Record(state::AddSpans{job, std::move(spans)});
}

std::string Draft::NewJobId() {
  state::Counters counters = state_.counters;
  ++counters.jobs;
  Record(state::PutCounters{counters});
  return absl::StrCat("j", counters.jobs);
}

std::string Draft::NewCheckpointId() {
  state::Counters counters = state_.counters;
  ++counters.checkpoints;
  Record(state::PutCounters{counters});
  return absl::StrCat("c", counters.checkpoints);
}

std::string Draft::NewWorkerId() {
  state::Counters counters = state_.counters;
  ++counters.workers;
  Record(state::PutCounters{counters});
  return absl::StrCat("w", counters.workers);
}

void Draft::RollBack() {
  for (auto inverse = inverses_.rbegin(); inverse != inverses_.rend(); ++inverse) {
    state::Apply(state_, *inverse);
  }
  inverses_.clear();
  for (const Effect& effect : effects_) {
    if (const auto* notify = std::get_if<Notify>(&effect)) live_.notifying.erase(notify->job);
  }
  changes_.clear();
  effects_.clear();
  touched_jobs_.clear();
  plan_wanted_ = false;
}

}  // namespace nepa::core
