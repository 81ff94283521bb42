// What decides about a job, for a person who asks why it is where it is. Pure.
#ifndef NEPA_COORDINATOR_CORE_EXPLAIN_H_
#define NEPA_COORDINATOR_CORE_EXPLAIN_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/core/settings.h"
#include "coordinator/state/cluster_state.h"
#include "coordinator/state/live.h"

namespace nepa::core {

// What a job that waits for slots waits for.
struct WaitExplanation {
  bool never = false;                // no worker that is known could hold it, free and ready or not
  std::string needs;                 // "4 cpu slots on one worker"
  std::string most;                  // what the largest worker has: "2 cpu slots on gpu-07"; or ""
  std::vector<std::string> ahead;    // ids of waiting jobs that go first, most urgent first
  std::vector<std::string> holders;  // ids of jobs that run on workers which could hold it
};

// Nothing for a job that does not wait for slots: one that waits for another job's model, too.
std::optional<WaitExplanation> ExplainWait(const state::ClusterState& state,
                                           const state::Live& live, const Settings& settings,
                                           absl::Time now, const state::Job& job);

// The job's attempts, oldest first.
std::vector<const state::Attempt*> AttemptsOf(const state::ClusterState& state,
                                              const std::string& job_id);

// Whose fault ended an attempt of a job.
enum class Fault {
  kNone,     // it has not ended, finished, was stopped as was asked, or found a damaged checkpoint
  kJob,      // it would end so again: not retried
  kMachine,  // retried
};
Fault FaultOf(const state::Job& job, const state::Attempt& attempt);

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_EXPLAIN_H_
