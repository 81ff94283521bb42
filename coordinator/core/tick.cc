#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/core/attempt.h"
#include "coordinator/core/notify.h"
#include "coordinator/core/operations.h"
#include "coordinator/state/words.h"

namespace nepa::core {
namespace {

// When the worker is given up, unless it reports before.
absl::Time LeaseEnd(const state::Worker& worker, const state::Live& live,
                    const Settings& settings) {
  // Times of an earlier start of the coordinator don't count: the clock may have been set back.
  absl::Time since = live.began;
  if (const auto found = live.workers.find(worker.id); found != live.workers.end()) {
    since = std::max(since, found->second.last_heard);
  }
  return since + settings.lease;
}

// When a lost worker is no longer listed. One that was drained is: it may come back from repair,
// and stays drained then.
absl::Time ForgottenAt(const state::Worker& worker, const Settings& settings) {
  return worker.changed_at + settings.forget_workers;
}

void LoseWorker(Draft& draft, state::Worker worker) {
  const std::string id = worker.id;
  const std::string name = worker.name;
  const int64_t incarnation = worker.incarnation;
  const bool was_leaving = worker.state == state::WorkerState::kDraining;
  worker.state = state::WorkerState::kLost;
  worker.reason = was_leaving ? "it was shut down"
                              : absl::StrCat("it was silent for ",
                                             absl::FormatDuration(draft.settings().lease));
  worker.changed_at = draft.now();
  const std::string reason = worker.reason;
  draft.Put(std::move(worker));
  draft.live().workers.erase(id);
  draft.AddEvent("", 0, "worker_lost", absl::StrCat("worker ", name, " was given up: ", reason));
  LoseRanks(draft, id, incarnation, absl::StrCat("worker ", name, " was given up: ", reason));
  draft.AskForPlan();
}

void ForgetRequests(Draft& draft) {
  const absl::Time oldest = draft.now() - draft.settings().keep_requests;
  std::vector<std::string> old;
  for (const auto& [id, request] : draft.state().requests) {
    if (request.at < oldest) old.push_back(id);
  }
  for (const std::string& id : old) draft.Record(state::DeleteRequest{id});
}

// How many there are only the store knows: the first time anyhow, then after so many more. Should
// that not become durable, the next time makes up for it.
void ForgetWorkerEvents(Draft& draft) {
  const int64_t keep = draft.settings().keep_worker_events;
  std::optional<int64_t>& untrimmed = draft.live().untrimmed_worker_events;
  if (untrimmed.has_value() && *untrimmed <= keep / 10) return;
  draft.Record(state::TrimWorkerEvents{keep});
  untrimmed = 0;
}

}  // namespace

void Tick(Draft& draft) {
  const std::vector<std::pair<std::string, state::Worker>> workers(draft.state().workers.begin(),
                                                                   draft.state().workers.end());
  for (const auto& [id, worker] : workers) {
    if (worker.state != state::WorkerState::kLost) {
      if (LeaseEnd(worker, draft.live(), draft.settings()) <= draft.now())
        LoseWorker(draft, worker);
    } else if (worker.drained.empty() && ForgottenAt(worker, draft.settings()) <= draft.now()) {
      draft.Record(state::DeleteWorker{id});
    }
  }
  ForgetRequests(draft);
  ForgetWorkerEvents(draft);
  draft.AskForPlan();
}

absl::Time NextDeadline(const state::ClusterState& state, const state::Live& live,
                        const Settings& settings, absl::Time now) {
  absl::Time next = NextNotification(state, live, settings, now);
  for (const auto& [id, worker] : state.workers) {
    if (worker.state != state::WorkerState::kLost) {
      next = std::min(next, LeaseEnd(worker, live, settings));
    } else if (worker.drained.empty()) {
      next = std::min(next, ForgottenAt(worker, settings));
    }
  }
  for (const std::string& id : state.pausing) {
    const state::Job& job = state.jobs.at(id);
    // One whose pause is over waits for slots, not for a time.
    if (job.not_before > now) {
      next = std::min({next, job.not_before, now + settings.backoff_most});
    }
  }
  return next;
}

}  // namespace nepa::core
