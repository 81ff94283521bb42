// The life of one attempt after its placement. Pure.
//
// A gang lives and dies together: once a rank ends otherwise than by finishing or by being asked
// to, the others are killed. When no rank runs any more the attempt has ended, and the job takes
// its next phase from why.
#ifndef NEPA_COORDINATOR_CORE_ATTEMPT_H_
#define NEPA_COORDINATOR_CORE_ATTEMPT_H_

#include <string>

#include "coordinator/core/draft.h"
#include "coordinator/state/rows.h"

namespace nepa::core {

// Asks the gang to stop, at a checkpoint or at once. A weaker wish than the present one changes
// nothing. `drained`: for a worker's sake, so that the job goes on elsewhere.
void StopAttempt(Draft& draft, const state::AttemptId& id, state::Desired desired,
                 bool drained = false);

// Asks every gang with a rank on the worker to write a checkpoint and stop, so that its job goes on
// elsewhere. `why`, for the jobs' stories: "worker a is being shut down". How many gangs.
int64_t StopAttemptsOn(Draft& draft, const std::string& worker, const std::string& why);

// A rank of a live attempt ended. Ends the attempt if it was the last one.
void EndRank(Draft& draft, const state::AttemptId& id, int64_t rank, const state::Exit& exit);

// Ends every live rank on `worker` of an incarnation up to `incarnation`, as lost with it.
void LoseRanks(Draft& draft, const std::string& worker, int64_t incarnation,
               const std::string& message);

// The job's last attempt has ended, or none was needed: final phases.
void EndJob(Draft& draft, state::Job job, state::Phase phase, const std::string& reason,
            const state::Exit& exit);

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_ATTEMPT_H_
