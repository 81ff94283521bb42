// The state as the scheduler sees it. Pure.
#ifndef NEPA_COORDINATOR_CORE_SNAPSHOT_H_
#define NEPA_COORDINATOR_CORE_SNAPSHOT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/core/settings.h"
#include "coordinator/scheduler/plan.h"
#include "coordinator/state/cluster_state.h"
#include "coordinator/state/live.h"

namespace nepa::core {

// A waiting job that can never be placed, and with what it ends: its model can never be had, or it
// lost all it could go on from.
struct Hopeless {
  std::string job;
  state::Exit exit;
};

struct Waiting {
  scheduler::Snapshot snapshot;  // the jobs that wait, and the workers
  std::vector<Hopeless> hopeless;
};

Waiting WhoWaits(const state::ClusterState& state, const state::Live& live,
                 const Settings& settings, absl::Time now);

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_SNAPSHOT_H_
