// Two-dimensional rotary position embedding: where each patch token is turned to.
#ifndef NEPA_WORKER_TRAIN_MODEL_ROPE_H_
#define NEPA_WORKER_TRAIN_MODEL_ROPE_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "common/config/model_config.h"
#include "worker/train/model/forward.h"

namespace nepa::model {

// Cosines and sines of each patch token's angles, float32. The h/2 angles of a token are h/4 of its
// row followed by h/4 of its column; element j of a head turns with element j + h/2.
struct RopeTables {
  at::Tensor cosines_GNE;  // [G, N, h/2]: one table for each group of images with the same angles
  at::Tensor sines_GNE;
  std::vector<int64_t> group_of_image;  // [B], which table an image uses
};

// For `images` images of `rows` x `columns` patches. Without randomness there is one group; with it
// the coordinates are shifted, jittered and rescaled (in this order) as the config says, by draws
// keyed by (seed, step, group of the global batch).
RopeTables MakeRopeTables(const config::ModelConfig& config, int64_t images, int64_t rows,
                          int64_t columns, const std::optional<ForwardRandomness>& randomness);

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_ROPE_H_
