// One optimizer step of NEPA pretraining or of fine-tuning.
#ifndef NEPA_WORKER_TRAIN_LOOP_TRAINING_STEP_H_
#define NEPA_WORKER_TRAIN_LOOP_TRAINING_STEP_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/train/collective/collective.h"
#include "worker/train/data/loader.h"
#include "worker/train/loop/control.h"
#include "worker/train/loop/ledger.h"
#include "worker/train/loop/session.h"

namespace nepa::loop {

// What a step has seen and done. Without ledger entries the same on every rank.
struct StepResult {
  int64_t epoch = 0;         // that the batch belongs to
  int64_t images = 0;        // of the global batch
  double loss = 0;           // mean over the global batch, before the update
  double gradient_norm = 0;  // before clipping
  double learning_rate = 0;  // the highest of all parameters
  double embedding_std = 0;  // pretraining only: spread of patch embeddings scaled to length 1
  std::vector<LedgerEntry> ledger;  // of this rank's samples, where the loader makes digests
};

// Takes the next global batch from `loader`, and moves session.model, its average, and session.step
// by one step.
//
// Alone, a rank that is asked to stop between two micro-batches gives the step up, with CANCELLED
// and nothing changed; several ranks finish it together.
//
// A loss or gradient that is not finite ends the job before the weights are touched. Other errors
// are those of the data and of `collective`.
absl::StatusOr<StepResult> TakeTrainingStep(data::Loader& loader,
                                            collective::Collective& collective,
                                            const StopRequest& stop, Session& session);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_TRAINING_STEP_H_
