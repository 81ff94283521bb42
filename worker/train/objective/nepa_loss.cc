#include "worker/train/objective/nepa_loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/std.h>

namespace nepa::objective {
namespace {

constexpr double kNormEps = 1e-12;

at::Tensor Normalized(const at::Tensor& x) {
  return x /
         at::linalg_vector_norm(x, 2, at::IntArrayRef{-1}, /*keepdim=*/true).clamp_min(kNormEps);
}

}  // namespace

at::Tensor NepaLoss(const at::Tensor& input_embedding_BTD,
                    const at::Tensor& last_hidden_state_BTD) {
  const int64_t last = input_embedding_BTD.size(1) - 1;
  const at::Tensor target = Normalized(input_embedding_BTD.detach().narrow(1, 1, last));
  const at::Tensor predicted = Normalized(last_hidden_state_BTD.narrow(1, 0, last));
  return -(predicted * target).sum(-1).mean();
}

double EmbeddingDeviation(const at::Tensor& input_embedding_BTD) {
  const at::Tensor patches =
      input_embedding_BTD.detach().narrow(1, 1, input_embedding_BTD.size(1) - 1).flatten(0, 1);
  return at::std(patches, at::IntArrayRef{0}, /*unbiased=*/false).mean().item<double>();
}

}  // namespace nepa::objective
