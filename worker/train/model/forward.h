// What goes into a forward pass besides pixels and weights, and what comes out.
//
// Letters of shapes: B images, C channels, H W pixels, T tokens (cls first, then the patches row by
// row), D hidden size, K classes.
#ifndef NEPA_WORKER_TRAIN_MODEL_FORWARD_H_
#define NEPA_WORKER_TRAIN_MODEL_FORWARD_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>

#include "common/config/job_spec.h"

namespace nepa::model {

// Everything random in a training pass, keyed by where an image stands in the global batch and
// never by rank or micro-batch: RoPE augmentation per fixed group of the global batch, stochastic
// depth and dropout per image. The images of one pass are neighbours in the global batch.
struct ForwardRandomness {
  uint64_t seed = 0;
  int64_t step = 0;            // optimizer steps done before this one
  int64_t first_position = 0;  // of image 0 of this pass, in the global batch
  int64_t rope_group = 128;    // images that share one RoPE augmentation: 256 in base pretraining
};

// kFastest takes the fused kernels where they serve, and LibTorch's operators elsewhere; kComposed
// takes the operators always: the oracle.
enum class Engine { kFastest, kComposed };

struct ForwardOptions {
  // kBf16: matrix products read and write bfloat16 and add up in float32; the residual stream,
  // norms, softmax and loss stay float32.
  config::Precision precision = config::Precision::kFp32;
  // None: evaluation, so no augmentation, dropout or stochastic depth.
  std::optional<ForwardRandomness> randomness;
  // Called with each block's output, detached, one block after the other (for k-NN). Without
  // gradients the output is gone soon after, unless it is kept.
  std::function<void(int64_t block, const at::Tensor& hidden_BTD)> after_block;
  Engine engine = Engine::kFastest;
};

// All float32.
struct ForwardResult {
  at::Tensor input_embedding_BTD;    // before dropout: what the loss compares with
  at::Tensor last_hidden_state_BTD;  // after the final norm
  at::Tensor logits_BK;              // undefined without a classifier
};

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_FORWARD_H_
