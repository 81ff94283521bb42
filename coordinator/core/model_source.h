// `model.from` of a job file: where the weights start. A folder is the worker's to check; a job or
// a checkpoint is found here. Pure.
#ifndef NEPA_COORDINATOR_CORE_MODEL_SOURCE_H_
#define NEPA_COORDINATOR_CORE_MODEL_SOURCE_H_

#include <string>
#include <vector>

#include "common/config/job_spec.h"
#include "coordinator/state/cluster_state.h"

namespace nepa::core {

struct ModelSource {
  enum class Kind { kNone, kFolder, kJob, kCheckpoint };
  Kind kind = Kind::kNone;
  std::string what;   // absolute folder, job id or name, checkpoint id
  bool best = false;  // kJob: its best checkpoint, not its latest
};

// Reads "job/NAME", "job/NAME@best", "checkpoint/ID" or a folder.
ModelSource ParseModelSource(const config::JobFile& file);

// What is wrong with the reference: no such job, no such checkpoint, or one that cannot serve.
std::vector<config::Fault> CheckModelSource(const state::ClusterState& state,
                                            const config::JobFile& file);

// Where a job's model comes from, now.
struct ModelFrom {
  enum class Answer { kReady, kWait, kNever };
  Answer answer = Answer::kReady;
  std::string folder;      // kReady: absolute, or relative to the storage; "" for none
  std::string checkpoint;  // kReady: id, if the folder is that of a checkpoint
  std::string reason;      // kWait, kNever
};
ModelFrom ResolveModel(const state::ClusterState& state, const state::Job& job);

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_MODEL_SOURCE_H_
