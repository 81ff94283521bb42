// Changes as a person reads them, for transcripts and test failures.
//
//   + job j1: name=pre phase=QUEUED submitted_at=12.5s
//   ~ job j1: phase QUEUED -> STARTING, attempt 0 -> 1
//   - checkpoint c3
//   ! placed j1/1: on worker a
#ifndef NEPA_TESTS_SUPPORT_CORE_CHANGE_TEXT_H_
#define NEPA_TESTS_SUPPORT_CORE_CHANGE_TEXT_H_

#include <string>

#include "coordinator/state/change.h"

namespace nepa::testing {

// `before` is the state that `change` will be applied to. Times are durations since 1970.
std::string ToText(const state::ClusterState& before, const state::Change& change);

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_CORE_CHANGE_TEXT_H_
