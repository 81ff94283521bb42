// The smallest model that a checkpoint can hold.
#ifndef NEPA_TESTS_UNIT_WORKER_TRAIN_CHECKPOINT_SMALL_CONFIG_H_
#define NEPA_TESTS_UNIT_WORKER_TRAIN_CHECKPOINT_SMALL_CONFIG_H_

#include "common/config/model_config.h"

namespace nepa::checkpoint {

inline config::ModelConfig SmallConfig() {
  return {.hidden_size = 8,
          .num_hidden_layers = 1,
          .num_attention_heads = 2,
          .intermediate_size = 16,
          .image_size = 8,
          .patch_size = 4,
          .num_channels = 1};
}

}  // namespace nepa::checkpoint

#endif  // NEPA_TESTS_UNIT_WORKER_TRAIN_CHECKPOINT_SMALL_CONFIG_H_
