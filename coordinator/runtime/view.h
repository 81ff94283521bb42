// What the loop shows to those who answer requests: the state as it is durable.
#ifndef NEPA_COORDINATOR_RUNTIME_VIEW_H_
#define NEPA_COORDINATOR_RUNTIME_VIEW_H_

#include "coordinator/core/settings.h"
#include "coordinator/state/cluster_state.h"
#include "coordinator/state/live.h"

namespace nepa::coordinator {

// References into the loop's own state: for the duration of a call on its thread.
struct View {
  const state::ClusterState& state;
  const state::Live& live;
  const core::Settings& settings;
};

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RUNTIME_VIEW_H_
