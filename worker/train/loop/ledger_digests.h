// Bringing the ledger's entries of all ranks together.
#ifndef NEPA_WORKER_TRAIN_LOOP_LEDGER_DIGESTS_H_
#define NEPA_WORKER_TRAIN_LOOP_LEDGER_DIGESTS_H_

#include "absl/status/status.h"
#include "worker/train/collective/collective.h"
#include "worker/train/loop/session.h"
#include "worker/train/loop/training_step.h"

namespace nepa::loop {

// `result`, of the step just taken, gets the entries of the whole global batch in the order of
// their positions. Every rank calls it. Only digests travel: samples follow from position and seed.
absl::Status GatherLedger(collective::Collective& collective, const Session& session,
                          StepResult& result);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_LEDGER_DIGESTS_H_
