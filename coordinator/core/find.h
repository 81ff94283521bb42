// Looking things up in the state. Pure.
#ifndef NEPA_COORDINATOR_CORE_FIND_H_
#define NEPA_COORDINATOR_CORE_FIND_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "coordinator/state/cluster_state.h"

namespace nepa::core {

// By id, else the latest of this name; null if there is none.
const state::Job* FindJob(const state::ClusterState& state, absl::string_view id_or_name);
absl::Status NoSuchJob(absl::string_view id_or_name);

// "j3 (fashion)".
std::string Label(const state::Job& job);

// The latest attempt, if it still has, or may still have, ranks that run; else null.
const state::Attempt* LiveAttempt(const state::ClusterState& state, const state::Job& job);
// The latest attempt, or null before the first.
const state::Attempt* LatestAttempt(const state::ClusterState& state, const state::Job& job);

// Slots of this incarnation of the worker that ranks of live attempts hold.
int64_t UsedSlots(const state::ClusterState& state, const state::Worker& worker);

// Whether one of the attempt's ranks may still run on the worker.
bool RunsOn(const state::Attempt& attempt, const std::string& worker_id);

// By name; null if there is none.
const state::Worker* FindWorkerByName(const state::ClusterState& state, absl::string_view name);
// By id, else by name; null if there is none.
const state::Worker* FindWorker(const state::ClusterState& state, absl::string_view id_or_name);
absl::Status NoSuchWorker(absl::string_view id_or_name);

absl::Status NoSuchCheckpoint(absl::string_view id);

// The worker's name for messages; its id where the worker is forgotten.
std::string WorkerName(const state::ClusterState& state, const std::string& id);

// Folder of a job, relative to the storage.
std::string FolderOf(absl::string_view job_id);

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_FIND_H_
