// Changes as a person reads them, for transcripts and test failures.
//
//   + job j1: name=pre phase=QUEUED submitted_at=12.5s
//   ~ job j1: phase QUEUED -> STARTING, attempt 0 -> 1
//   - checkpoint c3
//   ! placed j1/1: on worker a
#ifndef NEPA_COORDINATOR_STATE_TEXT_H_
#define NEPA_COORDINATOR_STATE_TEXT_H_

#include <string>

#include "coordinator/state/change.h"

namespace nepa::state {

// `before` is the state that `change` will be applied to. Times are durations since 1970.
std::string ToText(const ClusterState& before, const Change& change);

}  // namespace nepa::state

#endif  // NEPA_COORDINATOR_STATE_TEXT_H_
