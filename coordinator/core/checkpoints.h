// Which checkpoint of a job serves for what. Pure.
#ifndef NEPA_COORDINATOR_CORE_CHECKPOINTS_H_
#define NEPA_COORDINATOR_CORE_CHECKPOINTS_H_

#include <optional>
#include <string>
#include <vector>

#include "common/config/job_spec.h"
#include "coordinator/core/draft.h"
#include "coordinator/state/cluster_state.h"

namespace nepa::core {

// The available ones, oldest first.
std::vector<const state::Checkpoint*> AvailableCheckpoints(const state::ClusterState& state,
                                                           const std::string& job_id);

// The one to go on from: the largest step, of several the newest; none of a step that the job has
// yet to reach (again, after it went back behind a damaged one). Null if there is none.
const state::Checkpoint* LatestCheckpoint(const state::ClusterState& state,
                                          const std::string& job_id);

// True where a job has checkpoints and every one is damaged. It must not be started from step 0:
// nobody asked for its work to be done again.
bool HasOnlyDamagedCheckpoints(const state::ClusterState& state, const std::string& job_id);
// The same for people, with what to do. `job_id` has only damaged ones.
std::string OnlyDamagedCheckpoints(const state::ClusterState& state, const std::string& job_id);

// An attempt that was to resume from `path` found it damaged: `finding` says how. Marks the
// checkpoint and tells the job's story; what happened, for the job's reason, or nothing where no
// such checkpoint is registered.
std::optional<std::string> NoteDamage(Draft& draft, const state::AttemptId& attempt,
                                      const std::string& path, const std::string& finding);

// Best first: the highest ema_top1, for pretraining the highest knn_top1, else the lowest loss;
// those that were not evaluated last; of equals the later step first.
std::vector<const state::Checkpoint*> BestFirst(std::vector<const state::Checkpoint*> checkpoints);

// `@best` of a job. Null if it has no checkpoint.
const state::Checkpoint* BestCheckpoint(const state::ClusterState& state,
                                        const std::string& job_id);

// Gives up what `checkpoint.keep` of the job does not ask for, except pinned ones, the latest, and
// those that a job which has not ended starts from.
void ApplyRetention(Draft& draft, const state::Job& job);

// Marks a checkpoint as being deleted and has its folder removed.
void GiveUpCheckpoint(Draft& draft, const std::string& id);

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_CHECKPOINTS_H_
