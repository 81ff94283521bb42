#include "worker/train/model/parameters.h"

#include <ATen/ops/zeros.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "worker/train/model/stateless_random.h"

namespace nepa::model {
namespace {

// Makes tensors and lists them by name in the order of the calls.
class Allocation {
 public:
  Allocation(at::Device device, std::vector<NamedTensor>& named)
      : options_(at::TensorOptions().dtype(at::kFloat).device(device)), named_(named) {}

  at::Tensor Memory(at::IntArrayRef shape) const { return at::zeros(shape, options_); }

  at::Tensor Add(const std::string& name, at::IntArrayRef shape) {
    return AddIn(name, Memory(shape));
  }
  // `place` is a part of a larger piece of memory.
  at::Tensor AddIn(const std::string& name, const at::Tensor& place) {
    at::Tensor tensor = place.detach();
    named_.push_back({name, tensor});
    return tensor;
  }
  Linear AddLinear(const std::string& prefix, int64_t outputs, int64_t inputs) {
    Linear linear;
    linear.weight = Add(prefix + ".weight", {outputs, inputs});
    linear.bias = Add(prefix + ".bias", {outputs});
    return linear;
  }
  // Row block number `index` of the shared weight and bias; an undefined bias means none.
  Linear AddLinearIn(const std::string& prefix, const at::Tensor& weight, const at::Tensor& bias,
                     int64_t index, int64_t outputs) {
    Linear linear;
    linear.weight = AddIn(prefix + ".weight", weight.narrow(0, index * outputs, outputs));
    if (bias.defined()) {
      linear.bias = AddIn(prefix + ".bias", bias.narrow(0, index * outputs, outputs));
    }
    return linear;
  }
  Norm AddNorm(const std::string& prefix, int64_t size, bool bias = true) {
    Norm norm;
    norm.weight = Add(prefix + ".weight", {size});
    if (bias) norm.bias = Add(prefix + ".bias", {size});
    return norm;
  }

 private:
  at::TensorOptions options_;
  std::vector<NamedTensor>& named_;
};

BlockParameters AllocateBlock(const config::ModelConfig& config, const std::string& prefix,
                              Allocation& allocation) {
  const int64_t D = config.hidden_size;
  const int64_t F = config.intermediate_size;
  BlockParameters block;
  block.qkv_weight = allocation.Memory({3 * D, D});
  if (config.qkv_bias) block.qkv_bias = allocation.Memory({3 * D});
  const std::string attention = prefix + "attention.attention.";
  block.query = allocation.AddLinearIn(attention + "query", block.qkv_weight, block.qkv_bias, 0, D);
  block.key = allocation.AddLinearIn(attention + "key", block.qkv_weight, block.qkv_bias, 1, D);
  block.value = allocation.AddLinearIn(attention + "value", block.qkv_weight, block.qkv_bias, 2, D);
  if (config.qk_norm && config.qk_norm_affine) {
    block.query_norm =
        allocation.AddNorm(attention + "q_norm", config.head_dim(), config.qk_norm_bias);
    block.key_norm =
        allocation.AddNorm(attention + "k_norm", config.head_dim(), config.qk_norm_bias);
  }
  block.attention_output = allocation.AddLinear(prefix + "attention.output.dense", D, D);
  if (config.layerscale_value) {
    block.attention_scale = allocation.Add(prefix + "layer_scale.lambda1", {D});
  }
  const int64_t parts = config.use_gated_mlp ? 2 : 1;
  block.mlp_input_weight = allocation.Memory({parts * F, D});
  block.mlp_input_bias = allocation.Memory({parts * F});
  if (config.use_gated_mlp) {
    block.gate = allocation.AddLinearIn(prefix + "intermediate.gate_proj", block.mlp_input_weight,
                                        block.mlp_input_bias, 0, F);
  }
  block.up = allocation.AddLinearIn(prefix + "intermediate.up_proj", block.mlp_input_weight,
                                    block.mlp_input_bias, parts - 1, F);
  block.mlp_output = allocation.AddLinear(prefix + "output.dense", D, F);
  if (config.layerscale_value) {
    block.mlp_scale = allocation.Add(prefix + "output.layer_scale.lambda1", {D});
  }
  block.norm_before = allocation.AddNorm(prefix + "layernorm_before", D);
  block.norm_after = allocation.AddNorm(prefix + "layernorm_after", D);
  return block;
}

bool StartsAtOne(const std::string& name) {
  return absl::EndsWith(name, "norm.weight") || absl::EndsWith(name, "layernorm_before.weight") ||
         absl::EndsWith(name, "layernorm_after.weight");
}

}  // namespace

Parameters AllocateParameters(const config::ModelConfig& config, at::Device device) {
  Parameters all;
  Allocation allocation(device, all.named);
  const int64_t D = config.hidden_size;
  const std::string embeddings = "vit_nepa.embeddings.";
  all.cls_token = allocation.Add(embeddings + "cls_token", {1, 1, D});
  all.patch.weight = allocation.Add(embeddings + "patch_embeddings.projection.weight",
                                    {D, config.num_channels, config.patch_size, config.patch_size});
  all.patch.bias = allocation.Add(embeddings + "patch_embeddings.projection.bias", {D});
  for (int64_t i = 0; i < config.num_hidden_layers; ++i) {
    all.blocks.push_back(
        AllocateBlock(config, absl::StrCat("vit_nepa.encoder.layer.", i, "."), allocation));
  }
  all.final_norm = allocation.AddNorm("vit_nepa.layernorm", D);
  if (!config.labels.empty()) {
    if (config.add_pooling_layer) all.head_norm = allocation.AddNorm("fc_norm", D);
    all.classifier =
        allocation.AddLinear("classifier", static_cast<int64_t>(config.labels.size()), D);
  }
  return all;
}

void InitializeParameters(const config::ModelConfig& config, uint64_t seed,
                          Parameters& parameters) {
  for (const NamedTensor& parameter : parameters.named) {
    at::Tensor tensor = parameter.tensor;
    if (absl::EndsWith(parameter.name, "lambda1")) {
      tensor.fill_(*config.layerscale_value);
    } else if (StartsAtOne(parameter.name)) {
      tensor.fill_(1.0);
    } else if (!absl::EndsWith(parameter.name, ".bias")) {
      // The reference cuts at an absolute +-2, which at any sensible range never happens.
      FillNormal(seed, parameter.name, config.initializer_range, 2.0, tensor);
    }
  }
}

}  // namespace nepa::model
