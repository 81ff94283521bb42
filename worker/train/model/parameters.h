// The parameters of a model: which there are, under which names, where they start.
#ifndef NEPA_WORKER_TRAIN_MODEL_PARAMETERS_H_
#define NEPA_WORKER_TRAIN_MODEL_PARAMETERS_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/config/model_config.h"

namespace nepa::model {

struct NamedTensor {
  std::string name;  // Hugging Face's, e.g. "vit_nepa.encoder.layer.0.layernorm_before.weight"
  at::Tensor tensor;
};

// One linear map y = x weight^T + bias; an undefined bias means none.
struct Linear {
  at::Tensor weight;
  at::Tensor bias;
};

// A norm without affine part has both undefined.
struct Norm {
  at::Tensor weight;
  at::Tensor bias;
};

// Layer scales are undefined where the config has none, gate where the MLP is not gated.
struct BlockParameters {
  Norm norm_before, norm_after;
  Linear query, key, value, attention_output;
  Norm query_norm, key_norm;
  Linear gate, up, mlp_output;
  at::Tensor attention_scale, mlp_scale;

  // query, key and value in one piece of memory, [3D, D] and [3D], so that one product serves the
  // three; gate and up likewise, [2F, D]. They share storage with the tensors above.
  at::Tensor qkv_weight, qkv_bias, mlp_input_weight, mlp_input_bias;
};

struct Parameters {
  at::Tensor cls_token;  // [1, 1, D]
  Linear patch;          // weight [D, C, P, P]
  std::vector<BlockParameters> blocks;
  Norm final_norm, head_norm;  // head_norm ("fc_norm"): pooling classifiers only
  Linear classifier;

  std::vector<NamedTensor> named;  // all of the above that exist, in Hugging Face's order
};

// All 0, without gradients.
Parameters AllocateParameters(const config::ModelConfig& config, at::Device device);

// Fills in the initial values; the value of each number depends on (seed, name, place) alone.
void InitializeParameters(const config::ModelConfig& config, uint64_t seed, Parameters& parameters);

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_PARAMETERS_H_
