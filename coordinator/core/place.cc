#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/attempt.h"
#include "coordinator/core/checkpoints.h"
#include "coordinator/core/find.h"
#include "coordinator/core/model_source.h"
#include "coordinator/core/operations.h"
#include "coordinator/core/snapshot.h"
#include "coordinator/scheduler/plan.h"
#include "coordinator/state/words.h"

namespace nepa::core {
namespace {

using state::Job;

bool StillFits(const Draft& draft, const Job& job, const scheduler::Placement& placement) {
  if (!state::IsWaiting(job.phase) || LiveAttempt(draft.state(), job) != nullptr) return false;
  std::map<std::string, int64_t> wanted;
  for (const std::string& worker : placement.workers) ++wanted[worker];
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& each) {
    const auto worker = draft.state().workers.find(each.first);
    return worker != draft.state().workers.end() &&
           UsedSlots(draft.state(), worker->second) + each.second <= worker->second.slots;
  });
}

void Place(Draft& draft, const scheduler::Placement& placement) {
  Job job = draft.state().jobs.at(placement.job);
  if (!StillFits(draft, job, placement)) {
    draft.live().waits[job.id] = "the plan did not fit any more; a new one is being made";
    return;
  }
  const ModelFrom model = ResolveModel(draft.state(), job);
  const state::Checkpoint* resume = LatestCheckpoint(draft.state(), job.id);

  state::Attempt attempt;
  attempt.id = {job.id, job.attempt + 1};
  attempt.resume_from = resume == nullptr ? "" : resume->path;
  attempt.model_from = model.folder;
  attempt.placed_at = draft.now();
  for (const std::string& worker : placement.workers) {
    attempt.gang.push_back({worker, draft.state().workers.at(worker).incarnation});
  }
  const absl::Duration waited = draft.now() - std::max(job.queued_at, job.not_before);
  job.attempt += 1;
  job.phase = state::Phase::kStarting;
  job.reason = absl::StrCat("attempt ", job.attempt, " starts on ", placement.reason);
  job.from_checkpoint = model.checkpoint;
  job.step = resume == nullptr ? 0 : resume->step;
  job.epoch = resume == nullptr ? 0 : resume->epoch;
  job.not_before = absl::InfinitePast();

  const std::string id = job.id;
  const int64_t number = job.attempt;
  const int64_t step = job.step;
  draft.Put(std::move(job));
  draft.Put(std::move(attempt));
  draft.Record(state::TrimMetrics{id, step});
  draft.AddEvent(
      id, number, "placed",
      absl::StrCat(placement.reason, step > 0 ? absl::StrCat("; goes on from step ", step) : ""));
  draft.live().waits.erase(id);
  draft.Emit(JobPlaced{id, waited});
  const std::set<std::string> workers(placement.workers.begin(), placement.workers.end());
  for (const std::string& worker : workers) draft.Emit(SendOrders{worker});
}

}  // namespace

void MakePlacements(Draft& draft) {
  const Waiting waiting = WhoWaits(draft.state(), draft.live(), draft.settings(), draft.now());
  for (const Hopeless& each : waiting.hopeless) {
    EndJob(draft, draft.state().jobs.at(each.job), state::Phase::kFailed, each.exit.message,
           each.exit);
  }
  scheduler::Plan plan = scheduler::MakePlan(waiting.snapshot);
  state::ById<std::string> waits;
  for (scheduler::Wait& wait : plan.waits) {
    const auto before = draft.live().waits.find(wait.job);
    if (before == draft.live().waits.end() || before->second != wait.reason) {
      draft.TouchJob(wait.job);
    }
    waits[wait.job] = std::move(wait.reason);
  }
  draft.live().waits = std::move(waits);
  for (const scheduler::Placement& placement : plan.placements) Place(draft, placement);
}

}  // namespace nepa::core
