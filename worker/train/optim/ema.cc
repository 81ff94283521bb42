#include "worker/train/optim/ema.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_copy.h>
#include <ATen/ops/_foreach_lerp.h>

#include <utility>

namespace nepa::optim {

Ema::Ema(double decay, std::vector<at::Tensor> averages)
    : decay_(decay), averages_(std::move(averages)) {}

void Ema::Update(const std::vector<at::Tensor>& weights) {
  const at::NoGradGuard no_gradients;
  if (updates_ == 0) {
    at::_foreach_copy_(averages_, weights);
  } else {
    at::_foreach_lerp_(averages_, weights, 1.0 - decay_);
  }
  ++updates_;
}

}  // namespace nepa::optim
