#include "worker/train/model/fused.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <utility>

#include "worker/train/model/composed.h"
#include "worker/train/model/fused_block.h"
#include "worker/train/model/fused_ends.h"

namespace nepa::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// One block of one pass: owns what the call points to, until backward is done with it.
template <typename Real>
struct BlockPass : torch::CustomClassHolder {
  BlockCall call;
  std::shared_ptr<const RopeTables> rope;
  std::shared_ptr<const PackedBlock<Real>> packed;
  BlockTrace trace;
  bool used = false;
};

template <typename Real>
at::Tensor RunBlock(BlockPass<Real>& pass, const at::Tensor& x_BTD) {
  const at::Tensor x = x_BTD.detach().contiguous();
  at::Tensor out = at::empty_like(x);
  BlockForward(pass.call, *pass.packed, x, pass.trace, out);
  return out;
}

// Without gradients nothing that a block leaves for backward outlives it. That is several times its
// output, so the images go through it a part at a time.
constexpr int64_t kRowsWithoutGradients = 8192;

template <typename Real>
at::Tensor RunBlockInParts(const BlockPass<Real>& pass, const at::Tensor& x_BTD) {
  const at::Tensor x = x_BTD.contiguous();
  const at::Tensor out = at::empty_like(x);
  const int64_t tokens = pass.call.attention.tokens;
  const int64_t at_once = std::max<int64_t>(1, kRowsWithoutGradients / tokens);
  BlockCall call = pass.call;
  for (int64_t first = 0; first < x.size(0); first += at_once) {
    call.attention.images = std::min(at_once, x.size(0) - first);
    BlockTrace trace;
    at::Tensor part = out.narrow(0, first, call.attention.images);
    BlockForward(call, *pass.packed, x.narrow(0, first, call.attention.images), trace, part);
  }
  return out;
}

template <typename Real>
struct FusedBlock : public Function<FusedBlock<Real>> {
  using Pass = c10::intrusive_ptr<BlockPass<Real>>;

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x_BTD, at::TensorList,
                            const Pass& pass) {
    ctx->saved_data["pass"] = c10::IValue::make_capsule(pass);
    return RunBlock(*pass, x_BTD);
  }

  static variable_list backward(AutogradContext* ctx, variable_list d_out) {
    const auto holder = ctx->saved_data["pass"].toCapsule();
    auto& pass = static_cast<BlockPass<Real>&>(*holder);
    TORCH_CHECK(!pass.used, "a fused block's graph can be gone through backward once only");
    pass.used = true;
    const at::Tensor d = d_out[0].contiguous();
    BlockParameters gradients = AllocateGradients(*pass.call.parameters);
    variable_list result{
        BlockBackward(pass.call, *pass.packed, pass.trace, d, gradients).view(d.sizes())};
    pass.trace = {};
    for (at::Tensor& gradient : Listed(gradients)) result.push_back(std::move(gradient));
    result.emplace_back();
    return result;
  }
};

// The weights in product form, for one precision.
template <typename Real>
struct Packed {
  PackedMatrix<Real> patch;
  std::vector<std::shared_ptr<PackedBlock<Real>>> blocks;
  int64_t version = -1;
};

int64_t VersionOf(const Parameters& parameters) {
  int64_t version = 0;  // versions only grow, so an unchanged sum means unchanged weights
  for (const NamedTensor& parameter : parameters.named) version += parameter.tensor._version();
  return version;
}

template <typename Real>
void Refresh(const config::ModelConfig& config, const Parameters& parameters,
             Packed<Real>& packed) {
  const int64_t version = VersionOf(parameters);
  if (packed.version == version) return;
  packed.version = version;
  PackPatchWeight(config, parameters, packed.patch);
  packed.blocks.resize(parameters.blocks.size());
  for (size_t i = 0; i < parameters.blocks.size(); ++i) {
    // A graph still waiting for backward keeps the weights it was made with.
    if (packed.blocks[i] == nullptr || packed.blocks[i].use_count() > 1) {
      packed.blocks[i] = std::make_shared<PackedBlock<Real>>();
    }
    PackBlock(config, parameters.blocks[i], *packed.blocks[i]);
  }
}

// Stochastic depth's factors, one a row instead of one an image.
at::Tensor RowFactors(const at::Tensor& factors_B11, int64_t tokens) {
  if (!factors_B11.defined()) return {};
  return factors_B11.expand({-1, tokens, 1}).contiguous().view({-1});
}

}  // namespace

struct FusedModel::State {
  const config::ModelConfig& config;
  const Parameters& parameters;
  Packed<float> fp32;
  Packed<Bf16> bf16;

  BlockCall MakeCall(size_t layer, int64_t images, int64_t tokens, const RopeTables& rope,
                     const ForwardOptions& options) const;
  template <typename Real>
  ForwardResult Run(Packed<Real>& packed, const at::Tensor& pixels_BCHW,
                    const ForwardOptions& options) const;
};

BlockCall FusedModel::State::MakeCall(size_t layer, int64_t images, int64_t tokens,
                                      const RopeTables& rope, const ForwardOptions& options) const {
  const BlockParameters& block = parameters.blocks[layer];
  const auto values = [](const at::Tensor& t) {
    return t.defined() ? t.const_data_ptr<float>() : nullptr;
  };
  BlockCall call;
  call.config = &config;
  call.parameters = &block;
  call.attention.images = images;
  call.attention.tokens = tokens;
  call.attention.heads = config.num_attention_heads;
  call.attention.E = config.head_dim();
  call.attention.causal = config.is_causal;
  call.attention.norm = config.qk_norm;
  call.attention.eps = static_cast<float>(config.layer_norm_eps);
  call.attention.query_weight = values(block.query_norm.weight);
  call.attention.query_bias = values(block.query_norm.bias);
  call.attention.key_weight = values(block.key_norm.weight);
  call.attention.key_bias = values(block.key_norm.bias);
  call.attention.rope = &rope;
  const auto number = static_cast<int64_t>(layer);
  call.attention_factors =
      RowFactors(DropPathFactors(config, options.randomness, images, number, 0), tokens);
  call.mlp_factors =
      RowFactors(DropPathFactors(config, options.randomness, images, number, 1), tokens);
  return call;
}

template <typename Real>
ForwardResult FusedModel::State::Run(Packed<Real>& packed, const at::Tensor& pixels_BCHW,
                                     const ForwardOptions& options) const {
  Refresh(config, parameters, packed);
  const int64_t images = pixels_BCHW.size(0);
  const auto rope = std::make_shared<const RopeTables>(
      MakeRopeTables(config, images, pixels_BCHW.size(2) / config.patch_size,
                     pixels_BCHW.size(3) / config.patch_size, options.randomness));
  ForwardResult result;
  result.input_embedding_BTD = FusedEmbed(config, parameters, packed.patch, pixels_BCHW);
  at::Tensor x_BTD = result.input_embedding_BTD;
  for (size_t i = 0; i < parameters.blocks.size(); ++i) {
    auto pass = c10::make_intrusive<BlockPass<Real>>();
    pass->call = MakeCall(i, images, x_BTD.size(1), *rope, options);
    pass->rope = rope;
    pass->packed = packed.blocks[i];
    if (at::GradMode::is_enabled()) {
      const std::vector<at::Tensor> listed = Listed(parameters.blocks[i]);
      x_BTD = FusedBlock<Real>::apply(x_BTD, at::TensorList(listed), pass);
    } else if (options.randomness.has_value()) {
      x_BTD = RunBlock(*pass, x_BTD);  // augmentation and stochastic depth go by the image
    } else {
      x_BTD = RunBlockInParts(*pass, x_BTD);
    }
    if (options.after_block) options.after_block(static_cast<int64_t>(i), x_BTD.detach());
  }
  result.last_hidden_state_BTD = FusedNorm(parameters.final_norm, config.layer_norm_eps, x_BTD);
  return result;
}

FusedModel::FusedModel(const config::ModelConfig& config, const Parameters& parameters)
    : state_(new State{config, parameters, {}, {}}) {}
FusedModel::~FusedModel() = default;

bool FusedModel::Serves(const at::Tensor& pixels_BCHW, const ForwardOptions& options) const {
  const config::ModelConfig& config = state_->config;
  const bool dropout = options.randomness && (config.hidden_dropout_prob > 0.0 ||
                                              config.attention_probs_dropout_prob > 0.0);
  return pixels_BCHW.device().is_cpu() && !pixels_BCHW.requires_grad() && !dropout &&
         FusedSupports(config);
}

ForwardResult FusedModel::Forward(const at::Tensor& pixels_BCHW, const ForwardOptions& options) {
  if (options.precision == config::Precision::kBf16) {
    return state_->Run(state_->bf16, pixels_BCHW, options);
  }
  return state_->Run(state_->fp32, pixels_BCHW, options);
}

}  // namespace nepa::model
