// How good the model is, on the evaluation data of the job file.
#ifndef NEPA_WORKER_TRAIN_LOOP_EVALUATION_H_
#define NEPA_WORKER_TRAIN_LOOP_EVALUATION_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "worker/train/collective/collective.h"
#include "worker/train/loop/control.h"
#include "worker/train/loop/session.h"

namespace nepa::loop {

// Whether the job file asks for anything that can be evaluated.
bool HasEvaluation(const Session& session);

// A classifier: top1 and top5, of the raw weights, and ema_top1 and ema_top5 of their average.
// Pretraining with k-NN: knn_top1_block_<i> of the frozen features of every block i (the mean of
// its patch tokens), knn_top1 and effective_rank of the best block.
//
// Every rank calls it; each takes a part of the images, and all return the same. CANCELLED if
// `stop` was asked for meanwhile (by one rank alone, which therefore must not go on with
// collectives). Where memory runs out, the status says so as an exit of that kind (ending.h).
absl::StatusOr<std::map<std::string, double>> Evaluate(const Session& session,
                                                       collective::Collective& collective,
                                                       const StopRequest& stop);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_EVALUATION_H_
