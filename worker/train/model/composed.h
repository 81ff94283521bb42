// The model as a composition of LibTorch's operators with autograd: right on every device and for
// every option, and the oracle of the fused kernels.
#ifndef NEPA_WORKER_TRAIN_MODEL_COMPOSED_H_
#define NEPA_WORKER_TRAIN_MODEL_COMPOSED_H_

#include "worker/train/model/forward.h"
#include "worker/train/model/parameters.h"

namespace nepa::model {

ForwardResult ForwardComposed(const config::ModelConfig& config, const Parameters& parameters,
                              const at::Tensor& pixels_BCHW, const ForwardOptions& options);

// Classifier on the final hidden states: mean of the patch tokens and fc_norm, or the last token.
at::Tensor ClassifyComposed(const config::ModelConfig& config, const Parameters& parameters,
                            const at::Tensor& hidden_BTD);

// What stochastic depth multiplies each image's branch with: 0, or 1 / (1 - rate). [B, 1, 1]
// float32 on the CPU; undefined where nothing is dropped. `branch` is 0 for attention, 1 for the
// MLP.
at::Tensor DropPathFactors(const config::ModelConfig& config,
                           const std::optional<ForwardRandomness>& randomness, int64_t images,
                           int64_t layer, int64_t branch);

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_COMPOSED_H_
