#include "coordinator/core/explain.h"

#include <algorithm>
#include <set>

#include "coordinator/core/find.h"
#include "coordinator/core/snapshot.h"
#include "coordinator/scheduler/explain.h"

namespace nepa::core {
namespace {

// Those that run on one of the workers, in the order of their ids.
std::vector<std::string> JobsOn(const state::ClusterState& state,
                                const std::vector<std::string>& workers) {
  std::set<std::string, state::IdOrder> jobs;
  for (const std::string& worker : workers) {
    const auto on = state.live_on.find(worker);
    if (on == state.live_on.end()) continue;
    for (const state::AttemptId& id : on->second) {
      if (RunsOn(state.attempts.at(id), worker)) jobs.insert(id.job_id);
    }
  }
  return {jobs.begin(), jobs.end()};
}

}  // namespace

std::optional<WaitExplanation> ExplainWait(const state::ClusterState& state,
                                           const state::Live& live, const Settings& settings,
                                           absl::Time now, const state::Job& job) {
  const Waiting waiting = WhoWaits(state, live, settings, now);
  const auto& candidates = waiting.snapshot.candidates;
  const auto candidate =
      std::find_if(candidates.begin(), candidates.end(),
                   [&](const scheduler::Candidate& each) { return each.id == job.id; });
  if (candidate == candidates.end()) return std::nullopt;
  if (candidate->blocked.has_value() && !candidate->keeps_slots) return std::nullopt;
  const scheduler::Explanation explained = scheduler::Explain(waiting.snapshot, job.id);
  return WaitExplanation{explained.hosts.empty() && explained.absent_hosts.empty(), explained.needs,
                         explained.most, explained.ahead, JobsOn(state, explained.hosts)};
}

std::vector<const state::Attempt*> AttemptsOf(const state::ClusterState& state,
                                              const std::string& job_id) {
  std::vector<const state::Attempt*> attempts;
  for (auto it = state.attempts.lower_bound({job_id, 0});
       it != state.attempts.end() && it->first.job_id == job_id; ++it) {
    attempts.push_back(&it->second);
  }
  return attempts;
}

Fault FaultOf(const state::Job& job, const state::Attempt& attempt) {
  using frames::ExitKind;
  const bool cancelled = job.phase == state::Phase::kCancelled && job.attempt == attempt.id.attempt;
  if (!attempt.ended_at.has_value() || !attempt.cause.has_value() || attempt.drained || cancelled) {
    return Fault::kNone;
  }
  const ExitKind kind = attempt.cause->kind;
  if (kind == ExitKind::kSucceeded || kind == ExitKind::kStopped ||
      kind == ExitKind::kDamagedCheckpoint) {
    return Fault::kNone;
  }
  return frames::IsFaultOfJob(kind) ? Fault::kJob : Fault::kMachine;
}

}  // namespace nepa::core
