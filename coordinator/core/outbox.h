// What a worker's outbox brings: things that happened to a rank and must be taken exactly once.
// Pure.
#ifndef NEPA_COORDINATOR_CORE_OUTBOX_H_
#define NEPA_COORDINATOR_CORE_OUTBOX_H_

#include <cstdint>
#include <string>

#include "common/exchange/exchange.h"
#include "coordinator/core/draft.h"

namespace nepa::core {

// Whether `rank` of `attempt` was placed on this incarnation of the worker and may still run. Words
// about any other rank are of the past and change nothing.
bool IsCurrentRank(const state::ClusterState& state, const std::string& worker, int64_t incarnation,
                   const state::AttemptId& attempt, int64_t rank);

// Takes one item that was not taken before; one of the past changes nothing.
void TakeItem(Draft& draft, const std::string& worker, int64_t incarnation,
              const exchange::OutboxItem& item);

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_OUTBOX_H_
