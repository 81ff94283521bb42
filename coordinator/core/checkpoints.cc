#include "coordinator/core/checkpoints.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "coordinator/state/words.h"

namespace nepa::core {
namespace {

using state::Checkpoint;

std::optional<double> Metric(const Checkpoint& checkpoint, const char* name) {
  const auto found = checkpoint.metrics.find(name);
  if (found == checkpoint.metrics.end() || !std::isfinite(found->second)) return std::nullopt;
  return found->second;
}

// Which metrics are compared, most telling first, and whether more is better.
struct Criterion {
  const char* metric;
  double sign;
};
constexpr Criterion kCriteria[] = {{"ema_top1", 1}, {"knn_top1", 1}, {"loss", -1}};

bool IsBetter(const Checkpoint* a, const Checkpoint* b) {
  for (const Criterion& criterion : kCriteria) {
    const std::optional<double> of_a = Metric(*a, criterion.metric);
    const std::optional<double> of_b = Metric(*b, criterion.metric);
    if (of_a.has_value() != of_b.has_value()) return of_a.has_value();
    if (of_a.has_value() && *of_a != *of_b) return criterion.sign * *of_a > criterion.sign * *of_b;
  }
  return a->step > b->step;
}

bool WasEvaluated(const Checkpoint* checkpoint) {
  return std::any_of(std::begin(kCriteria), std::end(kCriteria), [&](const Criterion& criterion) {
    return Metric(*checkpoint, criterion.metric).has_value();
  });
}

// The first checkpoint at or after each multiple of `every` epochs. `checkpoints` oldest first.
std::set<std::string> FirstOfEachPeriod(const std::vector<const Checkpoint*>& checkpoints,
                                        int64_t every) {
  std::set<std::string> ids;
  std::set<int64_t> periods;
  for (const Checkpoint* checkpoint : checkpoints) {
    // The epoch is a quotient: a whole number may come out a little too small.
    const auto period =
        static_cast<int64_t>((checkpoint->epoch + 1e-9) / static_cast<double>(every));
    if (period > 0 && periods.insert(period).second) ids.insert(checkpoint->id);
  }
  return ids;
}

// Checkpoints that jobs which have not ended start, or may start again, from.
std::set<std::string> NeededByOthers(const state::ClusterState& state) {
  std::set<std::string> ids;
  for (const auto& [id, job] : state.jobs) {
    if (!state::IsFinal(job.phase)) ids.insert(job.from_checkpoint);
  }
  return ids;
}

// Oldest first.
std::vector<const Checkpoint*> CheckpointsIn(const state::ClusterState& state,
                                             const std::string& job_id,
                                             state::CheckpointState wanted) {
  std::vector<const Checkpoint*> found;
  const auto ids = state.checkpoints_of.find(job_id);
  if (ids == state.checkpoints_of.end()) return found;
  for (const std::string& id : ids->second) {
    const Checkpoint& checkpoint = state.checkpoints.at(id);
    if (checkpoint.state == wanted) found.push_back(&checkpoint);
  }
  return found;
}

std::vector<const Checkpoint*> DamagedCheckpoints(const state::ClusterState& state,
                                                  const std::string& job_id) {
  return CheckpointsIn(state, job_id, state::CheckpointState::kCorrupt);
}

}  // namespace

std::vector<const Checkpoint*> AvailableCheckpoints(const state::ClusterState& state,
                                                    const std::string& job_id) {
  return CheckpointsIn(state, job_id, state::CheckpointState::kAvailable);
}

const Checkpoint* LatestCheckpoint(const state::ClusterState& state, const std::string& job_id) {
  const auto job = state.jobs.find(job_id);
  const Checkpoint* latest = nullptr;
  for (const Checkpoint* checkpoint : AvailableCheckpoints(state, job_id)) {
    // The ledger ends where training is: it does not know of later steps.
    if (job != state.jobs.end() && checkpoint->step > job->second.step) continue;
    if (latest == nullptr || checkpoint->step >= latest->step) latest = checkpoint;
  }
  return latest;
}

bool HasOnlyDamagedCheckpoints(const state::ClusterState& state, const std::string& job_id) {
  return !DamagedCheckpoints(state, job_id).empty() && LatestCheckpoint(state, job_id) == nullptr;
}

std::string OnlyDamagedCheckpoints(const state::ClusterState& state, const std::string& job_id) {
  const std::vector<const Checkpoint*> damaged = DamagedCheckpoints(state, job_id);
  const Checkpoint& last = *damaged.back();
  return absl::StrCat(
      "no checkpoint of it is whole any more, and it is not started over by itself; "
      "put the folder of one back from a copy (",
      last.path, " in the storage) and `nepactl checkpoints verify ", last.id, "`");
}

std::optional<std::string> NoteDamage(Draft& draft, const state::AttemptId& attempt,
                                      const std::string& path, const std::string& finding) {
  const auto ids = draft.state().checkpoints_of.find(attempt.job_id);
  if (ids == draft.state().checkpoints_of.end()) return std::nullopt;
  const auto id = std::find_if(ids->second.begin(), ids->second.end(), [&](const std::string& id) {
    return draft.state().checkpoints.at(id).path == path;
  });
  if (id == ids->second.end()) return std::nullopt;
  Checkpoint checkpoint = draft.state().checkpoints.at(*id);
  if (checkpoint.state == state::CheckpointState::kDeleting) return std::nullopt;
  const std::string what = absl::StrCat("checkpoint ", checkpoint.id, " of step ", checkpoint.step,
                                        " is damaged (", finding, ")");
  checkpoint.state = state::CheckpointState::kCorrupt;
  draft.Put(std::move(checkpoint));
  draft.AddEvent(attempt.job_id, attempt.attempt, "checkpoint_corrupt", what);
  const Checkpoint* older = LatestCheckpoint(draft.state(), attempt.job_id);
  if (older == nullptr) {
    return absl::StrCat(what, ": ", OnlyDamagedCheckpoints(draft.state(), attempt.job_id));
  }
  return absl::StrCat(what, "; going back to checkpoint ", older->id, " of step ", older->step);
}

std::vector<const Checkpoint*> BestFirst(std::vector<const Checkpoint*> checkpoints) {
  std::stable_sort(checkpoints.begin(), checkpoints.end(), IsBetter);
  return checkpoints;
}

const Checkpoint* BestCheckpoint(const state::ClusterState& state, const std::string& job_id) {
  const std::vector<const Checkpoint*> best = BestFirst(AvailableCheckpoints(state, job_id));
  return best.empty() ? nullptr : best.front();
}

void ApplyRetention(Draft& draft, const state::Job& job) {
  const std::vector<const Checkpoint*> all = AvailableCheckpoints(draft.state(), job.id);
  if (all.empty()) return;
  const config::Keep& keep = job.source->file.spec.checkpoint.keep;

  std::set<std::string> kept = NeededByOthers(draft.state());
  if (const Checkpoint* latest = LatestCheckpoint(draft.state(), job.id)) kept.insert(latest->id);
  std::vector<const Checkpoint*> by_step = all;
  std::stable_sort(by_step.begin(), by_step.end(),
                   [](const Checkpoint* a, const Checkpoint* b) { return a->step < b->step; });
  for (auto it = by_step.rbegin(); it != by_step.rend() && it - by_step.rbegin() < keep.last;
       ++it) {
    kept.insert((*it)->id);
  }
  int64_t best_left = keep.best;
  for (const Checkpoint* checkpoint : BestFirst(all)) {
    if (best_left-- <= 0 || !WasEvaluated(checkpoint)) break;
    kept.insert(checkpoint->id);
  }
  if (keep.every_epochs > 0) kept.merge(FirstOfEachPeriod(by_step, keep.every_epochs));

  std::vector<std::string> given_up;
  for (const Checkpoint* checkpoint : all) {
    if (!checkpoint->pinned && !kept.contains(checkpoint->id)) given_up.push_back(checkpoint->id);
  }
  for (const std::string& id : given_up) GiveUpCheckpoint(draft, id);
}

void GiveUpCheckpoint(Draft& draft, const std::string& id) {
  Checkpoint checkpoint = draft.state().checkpoints.at(id);
  const state::Removal removal{checkpoint.path, ""};
  checkpoint.state = state::CheckpointState::kDeleting;
  draft.Put(std::move(checkpoint));
  draft.Record(state::PutRemoval{removal});
  draft.Emit(RemoveFolder{removal});
}

}  // namespace nepa::core
