#include "worker/train/optim/adamw.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <utility>

#include "worker/train/optim/flat.h"

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
  std::vector<at::Tensor> weights, gradients;
  bool flat = true;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    weights.push_back(parameters_[i].tensor);
    gradients.push_back(parameters_[i].tensor.grad());
    flat = flat && IsFlat(weights[i]) && (!gradients[i].defined() || IsFlat(gradients[i])) &&
           (ema == nullptr || IsFlat(ema->averages()[i]));
  }
  if (flat) {
    StepFlat(learning_rates, gradient_scale, weights, gradients, ema);
  } else {
    StepComposed(learning_rates, gradient_scale, weights, gradients);
    if (ema != nullptr) ema->Update(weights);
  }
}

void AdamW::StepFlat(const std::vector<double>& learning_rates, double gradient_scale,
                     const std::vector<at::Tensor>& weights,
                     const std::vector<at::Tensor>& gradients, Ema* ema) {
  const double share = ema != nullptr ? ema->NextShare() : 0.0;
  const auto steps = static_cast<double>(steps_);
  kernels::AdamWCoefficients common;
  common.gradient_scale = static_cast<float>(gradient_scale);
  common.beta2 = static_cast<float>(options_.beta2);
  common.first_share = static_cast<float>(1.0 - options_.beta1);
  common.second_share = static_cast<float>(1.0 - options_.beta2);
  common.root_correction =
      static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(options_.beta2, steps)));
  common.eps = static_cast<float>(options_.eps);
  common.average_share = static_cast<float>(share);
  const double correction = 1.0 - std::pow(options_.beta1, steps);
  ForEachStretch(CutFlat(weights), [&](size_t, const Stretch& s) {
    const size_t i = s.tensor;
    float* weight = weights[i].data_ptr<float>() + s.begin;
    float* average = ema != nullptr ? ema->averages()[i].data_ptr<float>() + s.begin : nullptr;
    if (gradients[i].defined()) {
      kernels::AdamWCoefficients c = common;
      c.decay = static_cast<float>(1.0 - learning_rates[i] * weight_decay_[i]);
      c.rate = static_cast<float>(learning_rates[i] / correction);
      kernels::UpdateAdamW(c, s.count, gradients[i].const_data_ptr<float>() + s.begin, weight,
                           first_moment_[i].data_ptr<float>() + s.begin,
                           second_moment_[i].data_ptr<float>() + s.begin, average);
    } else if (average != nullptr) {
      kernels::UpdateAverage(static_cast<float>(share), s.count, weight, average);
    }
  });
  for (size_t i = 0; i < weights.size(); ++i) {
    if (gradients[i].defined()) MarkWritten(weights[i]);
    if (ema != nullptr) MarkWritten(ema->averages()[i]);
  }
  if (ema != nullptr) ema->set_updates(ema->updates() + 1);
}

void AdamW::StepComposed(const std::vector<double>& learning_rates, double gradient_scale,
                         const std::vector<at::Tensor>& weights,
                         const std::vector<at::Tensor>& gradients) {
  const double correction1 = 1.0 - std::pow(options_.beta1, static_cast<double>(steps_));
  const double correction2 = 1.0 - std::pow(options_.beta2, static_cast<double>(steps_));
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (!gradients[i].defined()) continue;
    const at::Tensor gradient = gradients[i].mul(gradient_scale);
    const at::Tensor& weight = weights[i];
    weight.mul_(1.0 - learning_rates[i] * weight_decay_[i]);
    first_moment_[i].lerp_(gradient, 1.0 - options_.beta1);
    second_moment_[i].mul_(options_.beta2).addcmul_(gradient, gradient, 1.0 - options_.beta2);
    const at::Tensor denominator =
        second_moment_[i].sqrt().div_(std::sqrt(correction2)).add_(options_.eps);
    weight.addcdiv_(first_moment_[i], denominator, -learning_rates[i] / correction1);
  }
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
