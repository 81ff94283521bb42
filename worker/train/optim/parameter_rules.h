// How each parameter is trained: its peak learning rate, its place in the layer-wise decay, its
// weight decay. Pure.
#ifndef NEPA_WORKER_TRAIN_OPTIM_PARAMETER_RULES_H_
#define NEPA_WORKER_TRAIN_OPTIM_PARAMETER_RULES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/config/job_spec.h"
#include "worker/train/model/parameters.h"

namespace nepa::optim {

struct ParameterRule {
  std::string name;
  double peak_rate = 0.0;  // learning rate at multiplier 1
  double factor = 1.0;     // layer-wise decay; the schedule multiplies with it
  double weight_decay = 0.0;
  bool frozen = false;  // no gradient, no update
};

// One rule a parameter, in the order of `parameters`.
//
// Pretraining: rate lr * batch.global / 256 everywhere, factor 1. Fine-tuning: factor
// decay^(L-1-i) for block i, decay^L for the embeddings; "classifier" and the final "layernorm"
// have factor 1 and head_lr, which the batch does not scale; "fc_norm" has factor 1 and the scaled
// rate. Tensors of at most one dimension (biases, norms, LayerScale) are not decayed; the cls token
// is.
std::vector<ParameterRule> MakeParameterRules(const std::vector<model::NamedTensor>& parameters,
                                              int64_t layers, config::Kind kind,
                                              const config::Optimizer& optimizer,
                                              int64_t global_batch, bool freeze_patch_embedding);

}  // namespace nepa::optim

#endif  // NEPA_WORKER_TRAIN_OPTIM_PARAMETER_RULES_H_
