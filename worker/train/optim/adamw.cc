#include "worker/train/optim/adamw.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <utility>

namespace nepa::optim {

AdamW::AdamW(const std::vector<model::NamedTensor>& parameters, std::vector<double> weight_decay,
             const AdamWOptions& options)
    : parameters_(parameters), weight_decay_(std::move(weight_decay)), options_(options) {
  const at::NoGradGuard no_gradients;
  for (const model::NamedTensor& parameter : parameters_) {
    first_moment_.push_back(at::zeros_like(parameter.tensor, at::MemoryFormat::Contiguous));
    second_moment_.push_back(at::zeros_like(parameter.tensor, at::MemoryFormat::Contiguous));
  }
}

void AdamW::Step(const std::vector<double>& learning_rates, double gradient_scale, Ema* ema) {
  const at::NoGradGuard no_gradients;
  ++steps_;
  const double correction1 = 1.0 - std::pow(options_.beta1, static_cast<double>(steps_));
  const double correction2 = 1.0 - std::pow(options_.beta2, static_cast<double>(steps_));
  std::vector<at::Tensor> weights;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    at::Tensor weight = parameters_[i].tensor;
    weights.push_back(weight);
    if (!weight.grad().defined()) continue;
    const at::Tensor gradient = weight.grad().mul(gradient_scale);
    weight.mul_(1.0 - learning_rates[i] * weight_decay_[i]);
    first_moment_[i].lerp_(gradient, 1.0 - options_.beta1);
    second_moment_[i].mul_(options_.beta2).addcmul_(gradient, gradient, 1.0 - options_.beta2);
    const at::Tensor denominator =
        second_moment_[i].sqrt().div_(std::sqrt(correction2)).add_(options_.eps);
    weight.addcdiv_(first_moment_[i], denominator, -learning_rates[i] / correction1);
  }
  if (ema != nullptr) ema->Update(weights);
}

void AdamW::ClearGradients() {
  for (const model::NamedTensor& parameter : parameters_) parameter.tensor.mutable_grad().reset();
}

std::vector<model::NamedTensor> AdamW::State() const {
  std::vector<model::NamedTensor> state;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    state.push_back({"exp_avg." + parameters_[i].name, first_moment_[i]});
    state.push_back({"exp_avg_sq." + parameters_[i].name, second_moment_[i]});
  }
  return state;
}

}  // namespace nepa::optim
