#include "worker/train/model/fused_block.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "worker/train/kernels/supported.h"

namespace nepa::model {
namespace {

constexpr int64_t kFewestRows = 96, kMostRows = 288, kRowsAtOnce = 16;

const float* Values(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr;
}

at::Tensor Scaled(const at::Tensor& bias, const at::Tensor& scale) {
  return scale.defined() ? at::mul(bias, scale) : bias.clone();
}

at::Tensor ZerosLike(const at::Tensor& tensor) {
  return tensor.defined() ? at::zeros_like(tensor.detach()) : tensor;
}

Norm ZerosLike(const Norm& norm) { return {ZerosLike(norm.weight), ZerosLike(norm.bias)}; }

Linear EmptyLike(const Linear& linear) {
  return {at::empty_like(linear.weight.detach()), ZerosLike(linear.bias)};
}

// Row block `index` of the shared gradients of a packed group of linears.
Linear PartOf(const at::Tensor& weight, const at::Tensor& bias, int64_t index, int64_t rows) {
  Linear part;
  part.weight = weight.narrow(0, index * rows, rows);
  if (bias.defined()) part.bias = bias.narrow(0, index * rows, rows);
  return part;
}

}  // namespace

bool FusedSupports(const config::ModelConfig& config) {
  return kernels::Supported() && config.hidden_size % 16 == 0 &&
         config.intermediate_size % 16 == 0 && config.head_dim() % 16 == 0 &&
         config.head_dim() <= 256;
}

template <typename Real>
void PackBlock(const config::ModelConfig& config, const BlockParameters& p,
               PackedBlock<Real>& packed) {
  const at::NoGradGuard no_gradients;
  const int64_t D = config.hidden_size;
  const int64_t F = config.intermediate_size;
  const int64_t inputs = p.mlp_input_weight.size(0);  // F, or 2F where gated
  if (!packed.qkv.memory.defined()) {
    packed.qkv = MakePacked<Real>(D, 3 * D);
    packed.qkv_back = MakePacked<Real>(3 * D, D);
    packed.attention_output = MakePacked<Real>(D, D);
    packed.attention_output_back = MakePacked<Real>(D, D);
    packed.mlp_input = MakePacked<Real>(D, inputs, F);
    packed.mlp_input_back = MakePacked<Real>(inputs, D);
    packed.mlp_output = MakePacked<Real>(F, D);
    packed.mlp_output_back = MakePacked<Real>(D, F);
  }
  PackForForward(Values(p.qkv_weight), nullptr, packed.qkv);
  PackForBackward(Values(p.qkv_weight), nullptr, packed.qkv_back);
  const float* attention_output = Values(p.attention_output.weight);
  PackForForward(attention_output, Values(p.attention_scale), packed.attention_output);
  PackForBackward(attention_output, Values(p.attention_scale), packed.attention_output_back);
  PackForForward(Values(p.mlp_input_weight), nullptr, packed.mlp_input);
  PackForBackward(Values(p.mlp_input_weight), nullptr, packed.mlp_input_back);
  PackForForward(Values(p.mlp_output.weight), Values(p.mlp_scale), packed.mlp_output);
  PackForBackward(Values(p.mlp_output.weight), Values(p.mlp_scale), packed.mlp_output_back);
  packed.attention_bias = Scaled(p.attention_output.bias, p.attention_scale);
  packed.mlp_bias = Scaled(p.mlp_output.bias, p.mlp_scale);
}

template void PackBlock<float>(const config::ModelConfig&, const BlockParameters&,
                               PackedBlock<float>&);
template void PackBlock<Bf16>(const config::ModelConfig&, const BlockParameters&,
                              PackedBlock<Bf16>&);

std::vector<at::Tensor> Listed(const BlockParameters& p) {
  std::vector<at::Tensor> listed;
  for (const at::Tensor& tensor : {p.norm_before.weight,
                                   p.norm_before.bias,
                                   p.norm_after.weight,
                                   p.norm_after.bias,
                                   p.query.weight,
                                   p.query.bias,
                                   p.key.weight,
                                   p.key.bias,
                                   p.value.weight,
                                   p.value.bias,
                                   p.query_norm.weight,
                                   p.query_norm.bias,
                                   p.key_norm.weight,
                                   p.key_norm.bias,
                                   p.attention_output.weight,
                                   p.attention_output.bias,
                                   p.attention_scale,
                                   p.gate.weight,
                                   p.gate.bias,
                                   p.up.weight,
                                   p.up.bias,
                                   p.mlp_output.weight,
                                   p.mlp_output.bias,
                                   p.mlp_scale}) {
    if (tensor.defined()) listed.push_back(tensor);
  }
  return listed;
}

BlockParameters AllocateGradients(const BlockParameters& p) {
  BlockParameters g;
  g.norm_before = ZerosLike(p.norm_before);
  g.norm_after = ZerosLike(p.norm_after);
  g.query_norm = ZerosLike(p.query_norm);
  g.key_norm = ZerosLike(p.key_norm);
  g.attention_output = EmptyLike(p.attention_output);
  g.mlp_output = EmptyLike(p.mlp_output);
  g.attention_scale = ZerosLike(p.attention_scale);
  g.mlp_scale = ZerosLike(p.mlp_scale);
  const Linear qkv = EmptyLike({p.qkv_weight, p.qkv_bias});
  g.qkv_weight = qkv.weight;
  g.qkv_bias = qkv.bias;
  const int64_t D = p.query.weight.size(0);
  g.query = PartOf(g.qkv_weight, g.qkv_bias, 0, D);
  g.key = PartOf(g.qkv_weight, g.qkv_bias, 1, D);
  g.value = PartOf(g.qkv_weight, g.qkv_bias, 2, D);
  const Linear input = EmptyLike({p.mlp_input_weight, p.mlp_input_bias});
  g.mlp_input_weight = input.weight;
  g.mlp_input_bias = input.bias;
  const int64_t F = p.up.weight.size(0);
  const int64_t up_index = p.gate.weight.defined() ? 1 : 0;
  if (up_index == 1) g.gate = PartOf(input.weight, input.bias, 0, F);
  g.up = PartOf(input.weight, input.bias, up_index, F);
  return g;
}

int64_t TileRows(int64_t rows) {
  const int64_t threads = std::max(1, at::get_num_threads());
  const int64_t share = (rows + threads - 1) / threads;
  int64_t best = std::min(share, kMostRows);
  double least = 1e9;
  for (int64_t tiles = 1; tiles <= share; ++tiles) {
    const int64_t height = (share + tiles - 1) / tiles;
    if (height > kMostRows) continue;
    if (height < kFewestRows && tiles > 1) break;
    const double cost = static_cast<double>(RoundUp(height, kRowsAtOnce) * tiles);
    if (cost < least) {
      least = cost;
      best = height;
    }
  }
  return best;
}

}  // namespace nepa::model
