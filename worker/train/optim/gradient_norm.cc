#include "worker/train/optim/gradient_norm.h"

#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

#include <algorithm>

namespace nepa::optim {

double GradientNorm(const std::vector<at::Tensor>& parameters) {
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  if (gradients.empty()) return 0.0;
  return at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)), 2).item<double>();
}

double ClipScale(double norm, double clip_norm) {
  if (clip_norm <= 0.0) return 1.0;
  return std::min(1.0, clip_norm / (norm + 1e-6));
}

}  // namespace nepa::optim
