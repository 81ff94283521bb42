// Whether a job can train a model on its data: what only shows where all three are at hand.
//
// Pure: no I/O.
#ifndef NEPA_WORKER_TRAIN_LOOP_MISFITS_H_
#define NEPA_WORKER_TRAIN_LOOP_MISFITS_H_

#include <string>
#include <vector>

#include "common/config/job_spec.h"
#include "common/config/model_config.h"
#include "worker/train/data/dataset.h"

namespace nepa::loop {

struct Misfit {
  std::string field;  // of the job file, dotted
  std::string message;
};

enum class Origin {
  kFresh,       // random weights or those of model.from
  kCheckpoint,  // of this job
};

// Why `model`, which weights and overrides make up, cannot be trained by `job` on `train`: channels
// that no image has, overrides that contradict the source's shape, classes, image size or channels
// other than the checkpoint's; and for a fresh start a recipe that nobody chose for a model of this
// size.
std::vector<Misfit> Misfits(const config::JobFile& job, const config::ModelConfig& model,
                            Origin origin, const data::Dataset& train);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_MISFITS_H_
