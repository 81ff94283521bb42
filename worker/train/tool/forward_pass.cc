#include "worker/train/tool/forward_pass.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "worker/train/objective/classification.h"
#include "worker/train/objective/nepa_loss.h"
#include "worker/train/optim/adamw.h"
#include "worker/train/optim/gradient_norm.h"

namespace nepa::tool {
namespace {

struct Batch {
  at::Tensor pixels_BCHW;
  at::Tensor labels_B;  // undefined: none given
};

absl::StatusOr<Batch> CheckInput(const model::TensorMap& input, const config::ModelConfig& config) {
  const auto pixels = input.find("pixel_values");
  if (pixels == input.end()) {
    return absl::InvalidArgumentError("the input has no tensor pixel_values [B, C, H, W]");
  }
  Batch batch;
  batch.pixels_BCHW = pixels->second.to(at::kFloat);
  const at::Tensor& x = batch.pixels_BCHW;
  if (x.dim() != 4 || x.size(0) < 1 || x.size(1) != config.num_channels ||
      x.size(2) < config.patch_size || x.size(3) < config.patch_size) {
    return absl::InvalidArgumentError(absl::StrCat(
        "pixel_values must be [B, ", config.num_channels, ", H, W] with H and W of at least ",
        config.patch_size, " pixels, the model's patch size"));
  }
  const auto labels = input.find("labels");
  if (config.labels.empty() || labels == input.end()) return batch;
  batch.labels_B = labels->second.to(at::kLong);
  const auto classes = static_cast<int64_t>(config.labels.size());
  if (batch.labels_B.dim() != 1 || batch.labels_B.size(0) != x.size(0) ||
      batch.labels_B.min().item<int64_t>() < 0 || batch.labels_B.max().item<int64_t>() >= classes) {
    return absl::InvalidArgumentError(
        absl::StrCat("labels must be one a picture, from 0 to ", classes - 1));
  }
  return batch;
}

model::ForwardOptions OptionsOf(const ForwardRequest& request) {
  model::ForwardOptions options;
  options.precision = request.precision;
  options.engine = request.engine;
  return options;
}

// Undefined for a classifier without labels.
at::Tensor Loss(const model::ForwardResult& result, const at::Tensor& labels_B) {
  if (!result.logits_BK.defined()) {
    return objective::NepaLoss(result.input_embedding_BTD, result.last_hidden_state_BTD);
  }
  if (!labels_B.defined()) return {};
  return objective::CrossEntropy(result.logits_BK, labels_B);
}

at::Tensor GradientOf(const at::Tensor& parameter) {
  return parameter.grad().defined() ? parameter.grad().clone() : at::zeros_like(parameter.detach());
}

void Train(const Batch& batch, const ForwardRequest& request, model::VitNepa& model,
           model::TensorMap& output) {
  std::vector<double> decay, rates, losses, norms;
  for (const model::NamedTensor& parameter : model.parameters()) {
    decay.push_back(parameter.tensor.dim() > 1 ? request.weight_decay : 0.0);
    rates.push_back(request.lr);
  }
  optim::AdamW adamw(model.parameters(), decay, {request.beta1, request.beta2, request.eps});
  for (int64_t step = 0; step < request.train_steps; ++step) {
    adamw.ClearGradients();
    const at::Tensor loss =
        Loss(model.Forward(batch.pixels_BCHW, OptionsOf(request)), batch.labels_B);
    loss.backward();
    losses.push_back(loss.item<double>());
    norms.push_back(optim::GradientNorm(model.tensors()));
    adamw.Step(rates, optim::ClipScale(norms.back(), request.clip_norm));
  }
  output["losses"] = at::tensor(losses, at::kDouble);
  output["grad_norms"] = at::tensor(norms, at::kDouble);
  for (const model::NamedTensor& parameter : model.parameters()) {
    output["step." + parameter.name] = parameter.tensor.detach();
  }
}

}  // namespace

absl::StatusOr<model::TensorMap> RunForward(const model::TensorMap& input,
                                            const ForwardRequest& request, model::VitNepa& model) {
  NEPA_ASSIGN_OR_RETURN(const Batch batch, CheckInput(input, model.config()));
  const bool differentiate = request.gradients || request.train_steps > 0;
  if (differentiate && !model.config().labels.empty() && !batch.labels_B.defined()) {
    return absl::InvalidArgumentError(
        "gradients of a classifier need a tensor labels [B] in the input");
  }
  const at::AutoGradMode mode(differentiate);
  const model::ForwardResult result = model.Forward(batch.pixels_BCHW, OptionsOf(request));
  model::TensorMap output;
  output["input_embedding"] = result.input_embedding_BTD.detach();
  output["last_hidden_state"] = result.last_hidden_state_BTD.detach();
  if (result.logits_BK.defined()) output["logits"] = result.logits_BK.detach();
  const at::Tensor loss = Loss(result, batch.labels_B);
  if (loss.defined()) output["loss"] = loss.detach().reshape({1});
  if (request.gradients) {
    loss.backward();
    for (const model::NamedTensor& parameter : model.parameters()) {
      output["grad." + parameter.name] = GradientOf(parameter.tensor);
    }
  }
  if (request.train_steps > 0) Train(batch, request, model, output);
  return output;
}

}  // namespace nepa::tool
