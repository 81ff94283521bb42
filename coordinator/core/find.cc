#include "coordinator/core/find.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace nepa::core {

const state::Job* FindJob(const state::ClusterState& state, absl::string_view id_or_name) {
  const auto by_id = state.jobs.find(id_or_name);
  if (by_id != state.jobs.end()) return &by_id->second;
  for (auto job = state.jobs.rbegin(); job != state.jobs.rend(); ++job) {
    if (job->second.name == id_or_name) return &job->second;
  }
  return nullptr;
}

absl::Status NoSuchJob(absl::string_view id_or_name) {
  return absl::NotFoundError(absl::StrCat("there is no job with the id or name '", id_or_name,
                                          "'; `nepactl list` shows those that there are"));
}

std::string Label(const state::Job& job) { return absl::StrCat(job.id, " (", job.name, ")"); }

const state::Attempt* LatestAttempt(const state::ClusterState& state, const state::Job& job) {
  const auto attempt = state.attempts.find({job.id, job.attempt});
  return attempt == state.attempts.end() ? nullptr : &attempt->second;
}

const state::Attempt* LiveAttempt(const state::ClusterState& state, const state::Job& job) {
  const state::Attempt* attempt = LatestAttempt(state, job);
  return attempt == nullptr || attempt->ended_at.has_value() ? nullptr : attempt;
}

int64_t UsedSlots(const state::ClusterState& state, const state::Worker& worker) {
  int64_t used = 0;
  const auto on = state.live_on.find(worker.id);
  if (on == state.live_on.end()) return used;
  for (const state::AttemptId& id : on->second) {
    for (const state::Rank& rank : state.attempts.at(id).gang) {
      used += rank.worker == worker.id && rank.incarnation == worker.incarnation && !rank.exit;
    }
  }
  return used;
}

bool RunsOn(const state::Attempt& attempt, const std::string& worker_id) {
  return std::any_of(attempt.gang.begin(), attempt.gang.end(), [&](const state::Rank& rank) {
    return rank.worker == worker_id && !rank.exit;
  });
}

const state::Worker* FindWorkerByName(const state::ClusterState& state, absl::string_view name) {
  for (const auto& [id, worker] : state.workers) {
    if (worker.name == name) return &worker;
  }
  return nullptr;
}

const state::Worker* FindWorker(const state::ClusterState& state, absl::string_view id_or_name) {
  const auto by_id = state.workers.find(id_or_name);
  return by_id != state.workers.end() ? &by_id->second : FindWorkerByName(state, id_or_name);
}

absl::Status NoSuchWorker(absl::string_view id_or_name) {
  return absl::NotFoundError(absl::StrCat("there is no worker with the id or name '", id_or_name,
                                          "'; `nepactl workers list` shows those that there are"));
}

absl::Status NoSuchCheckpoint(absl::string_view id) {
  return absl::NotFoundError(absl::StrCat(
      "there is no checkpoint '", id, "'; `nepactl checkpoints list` shows those that there are"));
}

std::string WorkerName(const state::ClusterState& state, const std::string& id) {
  const auto worker = state.workers.find(id);
  return worker == state.workers.end() ? id : worker->second.name;
}

std::string FolderOf(absl::string_view job_id) { return absl::StrCat("jobs/", job_id); }

}  // namespace nepa::core
