// Letters of shapes: B images, T tokens, N patches, D hidden size, H heads, E = D / H.
#include "worker/train/model/composed.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <limits>

#include "worker/train/model/products.h"
#include "worker/train/model/rope.h"
#include "worker/train/model/stateless_random.h"

namespace nepa::model {
namespace {

// One forward pass: what all of its steps need to know.
class Pass {
 public:
  Pass(const config::ModelConfig& config, const ForwardOptions& options, const at::Tensor& pixels)
      : config_(config),
        options_(options),
        images_(pixels.size(0)),
        products_(ProductsFor(options.precision, pixels.device())) {}

  at::Tensor Low(const at::Tensor& x) const {
    return products_ == Products::kFloat ? x : x.to(at::kBFloat16);
  }
  // An operand of a product, and what comes out of it.
  at::Tensor Operand(const at::Tensor& x) const {
    return products_ == Products::kRounded ? Low(x).to(at::kFloat) : Low(x);
  }
  at::Tensor Multiply(const at::Tensor& a, const at::Tensor& b) const {
    return Low(at::matmul(Operand(a), Operand(b)));
  }
  at::Tensor Apply(const Linear& linear, const at::Tensor& x) const {
    std::optional<at::Tensor> bias;
    if (linear.bias.defined()) bias = Operand(linear.bias);
    return Low(at::linear(Operand(x), Operand(linear.weight), bias));
  }
  at::Tensor Apply(const Norm& norm, const at::Tensor& x) const {
    std::optional<at::Tensor> weight, bias;
    if (norm.weight.defined()) weight = norm.weight;
    if (norm.bias.defined()) bias = norm.bias;
    return at::layer_norm(x.to(at::kFloat), {x.size(-1)}, weight, bias, config_.layer_norm_eps,
                          /*cudnn_enable=*/false);
  }
  // Dropout keyed by image, so that it does not depend on how the global batch is cut up.
  at::Tensor Drop(const at::Tensor& x, double rate, std::string_view place, int64_t layer) const {
    if (!options_.randomness || rate <= 0.0) return x;
    const ForwardRandomness& randomness = *options_.randomness;
    at::Tensor draws = at::empty(x.sizes(), at::kFloat);
    for (int64_t b = 0; b < images_; ++b) {
      uint64_t key = CombineKeys(KeyOf(place), static_cast<uint64_t>(randomness.step));
      key = CombineKeys(key, static_cast<uint64_t>(layer));
      key = CombineKeys(key, static_cast<uint64_t>(randomness.first_position + b));
      at::Tensor part = draws[b];
      FillUniform(randomness.seed, key, part);
    }
    const at::Tensor keep = (draws >= rate).to(at::kFloat).div_(1.0 - rate);
    return x * keep.to(x.options());
  }

  at::Tensor Embed(const Parameters& parameters, const at::Tensor& pixels_BCHW) const {
    const at::Tensor patches =
        Low(at::conv2d(Operand(pixels_BCHW), Operand(parameters.patch.weight),
                       Operand(parameters.patch.bias), {config_.patch_size, config_.patch_size}));
    const at::Tensor patches_BND = patches.flatten(2).transpose(1, 2).to(at::kFloat);
    return at::cat({parameters.cls_token.expand({images_, 1, -1}), patches_BND}, 1);
  }

  // Turns the patch tokens of x [B, H, T, E]; the cls token stays.
  at::Tensor Rotate(const at::Tensor& x_BHTE, const at::Tensor& cosines_B1NE,
                    const at::Tensor& sines_B1NE) const {
    const at::Tensor patches = x_BHTE.narrow(2, 1, x_BHTE.size(2) - 1);
    const std::vector<at::Tensor> halves = patches.chunk(2, -1);
    const at::Tensor turned = at::cat({halves[0] * cosines_B1NE - halves[1] * sines_B1NE,
                                       halves[1] * cosines_B1NE + halves[0] * sines_B1NE},
                                      -1);
    return at::cat({x_BHTE.narrow(2, 0, 1), turned}, 2);
  }

  at::Tensor Attention(const BlockParameters& block, const at::Tensor& x_BTD,
                       const at::Tensor& cosines, const at::Tensor& sines, int64_t layer) const {
    const int64_t T = x_BTD.size(1);
    const int64_t E = config_.head_dim();
    const auto heads = [&](const at::Tensor& y) {
      return y.view({images_, T, config_.num_attention_heads, E}).transpose(1, 2);
    };
    at::Tensor q_BHTE = heads(Apply(block.query, x_BTD));
    at::Tensor k_BHTE = heads(Apply(block.key, x_BTD));
    const at::Tensor v_BHTE = heads(Apply(block.value, x_BTD));
    if (config_.qk_norm) {
      q_BHTE = Apply(block.query_norm, q_BHTE);
      k_BHTE = Apply(block.key_norm, k_BHTE);
    }
    q_BHTE = Rotate(q_BHTE.to(at::kFloat), cosines, sines);
    k_BHTE = Rotate(k_BHTE.to(at::kFloat), cosines, sines);
    const double scale = 1.0 / std::sqrt(static_cast<double>(E));
    at::Tensor scores_BHTT = Multiply(q_BHTE * scale, k_BHTE.transpose(-2, -1)).to(at::kFloat);
    if (config_.is_causal) {
      const at::Tensor future = at::ones({T, T}, x_BTD.options().dtype(at::kBool)).triu(1);
      scores_BHTT = scores_BHTT.masked_fill(future, -std::numeric_limits<float>::infinity());
    }
    const at::Tensor shares = Drop(at::softmax(scores_BHTT, -1),
                                   config_.attention_probs_dropout_prob, "attention", layer);
    const at::Tensor mixed_BHTE = Multiply(shares, v_BHTE);
    return Apply(block.attention_output, mixed_BHTE.transpose(1, 2).flatten(2));
  }

  at::Tensor Activate(const at::Tensor& x) const {
    return config_.hidden_act == config::Activation::kGelu ? at::gelu(x) : at::silu(x);
  }

  at::Tensor Mlp(const BlockParameters& block, const at::Tensor& x_BTD) const {
    at::Tensor hidden = Apply(block.up, x_BTD);
    hidden = config_.use_gated_mlp ? Activate(Apply(block.gate, x_BTD)) * hidden : Activate(hidden);
    return Apply(block.mlp_output, hidden);
  }

  // x + drop_path(scale * dropout(branch))
  at::Tensor AddBranch(const at::Tensor& x_BTD, at::Tensor branch_BTD, const at::Tensor& scale,
                       int64_t layer, int64_t number) const {
    branch_BTD = Drop(branch_BTD, config_.hidden_dropout_prob,
                      number == 0 ? "attention_output" : "mlp_output", layer);
    branch_BTD = branch_BTD.to(at::kFloat);
    if (scale.defined()) branch_BTD = branch_BTD * scale;
    const at::Tensor factors =
        DropPathFactors(config_, options_.randomness, images_, layer, number);
    if (factors.defined()) branch_BTD = branch_BTD * factors.to(branch_BTD.device());
    return x_BTD + branch_BTD;
  }

  at::Tensor Block(const BlockParameters& block, at::Tensor x_BTD, const at::Tensor& cosines,
                   const at::Tensor& sines, int64_t layer) const {
    x_BTD =
        AddBranch(x_BTD, Attention(block, Apply(block.norm_before, x_BTD), cosines, sines, layer),
                  block.attention_scale, layer, 0);
    return AddBranch(x_BTD, Mlp(block, Apply(block.norm_after, x_BTD)), block.mlp_scale, layer, 1);
  }

 private:
  const config::ModelConfig& config_;
  const ForwardOptions& options_;
  int64_t images_;
  Products products_;
};

}  // namespace

at::Tensor DropPathFactors(const config::ModelConfig& config,
                           const std::optional<ForwardRandomness>& randomness, int64_t images,
                           int64_t layer, int64_t branch) {
  if (!randomness || config.num_hidden_layers < 2) return {};
  const double rate = config.drop_path_prob * static_cast<double>(layer) /
                      static_cast<double>(config.num_hidden_layers - 1);
  if (rate <= 0.0) return {};
  at::Tensor factors = at::empty({images, 1, 1}, at::kFloat);
  float* out = factors.data_ptr<float>();
  uint64_t key = CombineKeys(KeyOf("drop_path"), static_cast<uint64_t>(randomness->step));
  key = CombineKeys(key, static_cast<uint64_t>(2 * layer + branch));
  for (int64_t b = 0; b < images; ++b) {
    const auto position = static_cast<uint64_t>(randomness->first_position + b);
    const bool kept = UniformAt(randomness->seed, key, position) >= rate;
    out[b] = kept ? static_cast<float>(1.0 / (1.0 - rate)) : 0.0f;
  }
  return factors;
}

at::Tensor ClassifyComposed(const config::ModelConfig& config, const Parameters& parameters,
                            const at::Tensor& hidden_BTD) {
  const int64_t T = hidden_BTD.size(1);
  at::Tensor pooled_BD = hidden_BTD.select(1, T - 1);
  if (config.add_pooling_layer) {
    pooled_BD = at::layer_norm(hidden_BTD.narrow(1, 1, T - 1).mean(1), {config.hidden_size},
                               parameters.head_norm.weight, parameters.head_norm.bias,
                               config.layer_norm_eps, /*cudnn_enable=*/false);
  }
  return at::linear(pooled_BD, parameters.classifier.weight, parameters.classifier.bias);
}

ForwardResult ForwardComposed(const config::ModelConfig& config, const Parameters& parameters,
                              const at::Tensor& pixels_BCHW, const ForwardOptions& options) {
  const int64_t images = pixels_BCHW.size(0);
  const RopeTables tables =
      MakeRopeTables(config, images, pixels_BCHW.size(2) / config.patch_size,
                     pixels_BCHW.size(3) / config.patch_size, options.randomness);
  const at::Tensor groups = at::tensor(tables.group_of_image, at::kLong);
  const auto per_image = [&](const at::Tensor& table) {
    return table.index_select(0, groups).unsqueeze(1).to(pixels_BCHW.device());
  };
  const at::Tensor cosines = per_image(tables.cosines_GNE);
  const at::Tensor sines = per_image(tables.sines_GNE);

  const Pass pass(config, options, pixels_BCHW);
  ForwardResult result;
  result.input_embedding_BTD = pass.Embed(parameters, pixels_BCHW);
  at::Tensor x_BTD =
      pass.Drop(result.input_embedding_BTD, config.hidden_dropout_prob, "embedding", 0);
  for (size_t i = 0; i < parameters.blocks.size(); ++i) {
    x_BTD = pass.Block(parameters.blocks[i], x_BTD, cosines, sines, static_cast<int64_t>(i));
    if (options.after_block) options.after_block(static_cast<int64_t>(i), x_BTD.detach());
  }
  result.last_hidden_state_BTD = pass.Apply(parameters.final_norm, x_BTD);
  if (!config.labels.empty()) {
    result.logits_BK = ClassifyComposed(config, parameters, result.last_hidden_state_BTD);
  }
  return result;
}

}  // namespace nepa::model
