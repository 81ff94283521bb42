#include "coordinator/core/attempt.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "coordinator/core/attempt_end.h"
#include "coordinator/core/find.h"
#include "coordinator/core/notify.h"
#include "coordinator/state/words.h"

namespace nepa::core {
namespace {

using state::Attempt;
using state::AttemptId;
using state::Desired;
using state::Exit;

void TellWorkers(Draft& draft, const Attempt& attempt) {
  std::set<std::string> workers;
  for (const state::Rank& rank : attempt.gang) {
    if (!rank.exit) workers.insert(rank.worker);
  }
  for (const std::string& worker : workers) draft.Emit(SendOrders{worker});
}

// Whether a rank that ended so means that the others cannot go on.
bool BreaksGang(const Attempt& attempt, frames::ExitKind kind) {
  if (kind == frames::ExitKind::kSucceeded) return false;
  return kind != frames::ExitKind::kStopped || attempt.desired == Desired::kRun;
}

}  // namespace

void StopAttempt(Draft& draft, const AttemptId& id, Desired desired, bool drained) {
  Attempt attempt = draft.state().attempts.at(id);
  if (attempt.desired >= desired) return;
  attempt.desired = desired;
  attempt.drained |= drained;
  TellWorkers(draft, attempt);
  draft.Put(std::move(attempt));
}

int64_t StopAttemptsOn(Draft& draft, const std::string& worker, const std::string& why) {
  const auto on = draft.state().live_on.find(worker);
  if (on == draft.state().live_on.end()) return 0;
  const std::set<AttemptId> attempts = on->second;
  int64_t stopped = 0;
  for (const AttemptId& id : attempts) {
    const Attempt& attempt = draft.state().attempts.at(id);
    if (!RunsOn(attempt, worker)) continue;
    ++stopped;
    if (attempt.desired != Desired::kRun) continue;
    state::Job job = draft.state().jobs.at(id.job_id);
    job.reason = absl::StrCat(why, ": its ranks write a checkpoint, and it goes on elsewhere");
    draft.AddEvent(id.job_id, id.attempt, "draining", job.reason);
    draft.Put(std::move(job));
    StopAttempt(draft, id, Desired::kStopWithCheckpoint, /*drained=*/true);
  }
  return stopped;
}

void EndRank(Draft& draft, const AttemptId& id, int64_t rank, const Exit& exit) {
  Attempt attempt = draft.state().attempts.at(id);
  state::Rank& ended = attempt.gang.at(static_cast<size_t>(rank));
  ended.exit = exit;
  NoteCause(attempt, exit);
  const std::string worker = ended.worker;
  const bool breaks = BreaksGang(attempt, exit.kind);
  // A rank that stops unasked does so because its worker is ending.
  if (exit.kind == frames::ExitKind::kStopped && attempt.desired == Desired::kRun) {
    attempt.drained = true;
  }
  const bool last = std::all_of(attempt.gang.begin(), attempt.gang.end(),
                                [](const state::Rank& each) { return each.exit.has_value(); });
  draft.Put(std::move(attempt));
  draft.AddEvent(id.job_id, id.attempt, "rank_exited",
                 absl::StrCat("rank ", rank, " on ", WorkerName(draft.state(), worker), ": ",
                              std::string(frames::Name(exit.kind)),
                              exit.message.empty() ? "" : ": ", exit.message));
  draft.Emit(SendOrders{worker});
  if (last) {
    SettleAttempt(draft, id);
  } else if (breaks) {
    StopAttempt(draft, id, Desired::kKill);
  }
}

void LoseRanks(Draft& draft, const std::string& worker, int64_t incarnation,
               const std::string& message) {
  struct Lost {
    AttemptId attempt;
    int64_t rank;
  };
  std::vector<Lost> lost;
  const auto on = draft.state().live_on.find(worker);
  if (on == draft.state().live_on.end()) return;
  for (const AttemptId& id : on->second) {
    const std::vector<state::Rank>& gang = draft.state().attempts.at(id).gang;
    for (size_t i = 0; i < gang.size(); ++i) {
      if (gang[i].worker == worker && gang[i].incarnation <= incarnation && !gang[i].exit) {
        lost.push_back({id, static_cast<int64_t>(i)});
      }
    }
  }
  for (const Lost& each : lost) {
    EndRank(draft, each.attempt, each.rank, {frames::ExitKind::kLostWorker, each.rank, message});
  }
}

void EndJob(Draft& draft, state::Job job, state::Phase phase, const std::string& reason,
            const Exit& exit) {
  const std::string id = job.id;
  const int64_t attempt = job.attempt;
  job.phase = phase;
  job.wish = state::Wish::kRun;
  job.reason = reason;
  job.exit = exit;
  job.ended_at = draft.now();
  PromiseNotification(draft, job);
  draft.Put(std::move(job));
  draft.live().waits.erase(id);
  draft.AddEvent(id, attempt, absl::AsciiStrToLower(state::Name(phase)), reason);
}

}  // namespace nepa::core
