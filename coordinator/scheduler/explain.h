// What stands between one candidate and its slots, in full: for a person who asks. Pure.
#ifndef NEPA_COORDINATOR_SCHEDULER_EXPLAIN_H_
#define NEPA_COORDINATOR_SCHEDULER_EXPLAIN_H_

#include <string>
#include <vector>

#include "coordinator/scheduler/plan.h"

namespace nepa::scheduler {

struct Explanation {
  // The least it needs: "4 cpu or cuda slots on one worker".
  std::string needs;
  // Ids of the ready workers that could hold it, were they free. None: it could never run on the
  // workers that are ready.
  std::vector<std::string> hosts;
  // Ids of the workers that could hold it, were they ready.
  std::vector<std::string> absent_hosts;
  // The most that one worker offers of what it may run on: "2 cpu slots on gpu-07"; "" for none.
  std::string most;
  // Ids of the waiting candidates that keep slots of `hosts` from it, most urgent first.
  std::vector<std::string> ahead;
};

// `job` is the id of a candidate of the snapshot.
Explanation Explain(const Snapshot& snapshot, const std::string& job);

}  // namespace nepa::scheduler

#endif  // NEPA_COORDINATOR_SCHEDULER_EXPLAIN_H_
