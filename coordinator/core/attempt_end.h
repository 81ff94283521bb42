// Why an attempt ended, and what becomes of its job. Pure.
#ifndef NEPA_COORDINATOR_CORE_ATTEMPT_END_H_
#define NEPA_COORDINATOR_CORE_ATTEMPT_END_H_

#include "coordinator/core/draft.h"
#include "coordinator/state/rows.h"

namespace nepa::core {

// Keeps in `attempt.cause` the exit that explains the others. A fault of the job outweighs one of
// the machine, which outweighs "a peer was lost"; of equals the first counts; what happened to
// ranks that were being killed anyhow explains nothing.
void NoteCause(state::Attempt& attempt, const state::Exit& exit);

// No rank of the attempt runs any more: marks it as ended and gives the job its next phase:
// CANCELLED or PAUSED as was wished, SUCCEEDED, FAILED by a fault of the job, by more faults of the
// machine in a row than restart.max, none of whose attempts wrote a checkpoint, or because no
// checkpoint of it is whole, else RESTARTING. Going back behind a damaged checkpoint is no restart:
// each one can be met only once.
void SettleAttempt(Draft& draft, const state::AttemptId& id);

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_ATTEMPT_END_H_
