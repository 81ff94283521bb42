#include "worker/train/optim/gradient_norm.h"

#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <cmath>

#include "worker/train/optim/flat.h"

namespace nepa::optim {
namespace {

double ComposedNorm(const std::vector<at::Tensor>& gradients) {
  return at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)), 2).item<double>();
}

}  // namespace

double GradientNorm(const std::vector<at::Tensor>& parameters) {
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  if (gradients.empty()) return 0.0;
  if (!std::all_of(gradients.begin(), gradients.end(), IsFlat)) return ComposedNorm(gradients);
  const std::vector<Stretch> stretches = CutFlat(gradients);
  std::vector<double> sums(stretches.size());
  ForEachStretch(stretches, [&](size_t i, const Stretch& s) {
    sums[i] = kernels::SumOfSquares(s.count, gradients[s.tensor].const_data_ptr<float>() + s.begin);
  });
  double total = 0.0;  // in the order of the stretches, whichever thread was first
  for (const double sum : sums) total += sum;
  return std::sqrt(total);
}

double ClipScale(double norm, double clip_norm) {
  if (clip_norm <= 0.0) return 1.0;
  return std::min(1.0, clip_norm / (norm + 1e-6));
}

}  // namespace nepa::optim
