// Which checkpoint of a job serves for what. Pure.
#ifndef NEPA_COORDINATOR_CORE_CHECKPOINTS_H_
#define NEPA_COORDINATOR_CORE_CHECKPOINTS_H_

#include <string>
#include <vector>

#include "common/config/job_spec.h"
#include "coordinator/core/draft.h"
#include "coordinator/state/cluster_state.h"

namespace nepa::core {

// The available ones, oldest first.
std::vector<const state::Checkpoint*> AvailableCheckpoints(const state::ClusterState& state,
                                                           const std::string& job_id);

// The one to go on from: the largest step, of several the newest. Null if there is none.
const state::Checkpoint* LatestCheckpoint(const state::ClusterState& state,
                                          const std::string& job_id);

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
