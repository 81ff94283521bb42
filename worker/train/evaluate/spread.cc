#include "worker/train/evaluate/spread.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_eigvalsh.h>
#include <ATen/ops/mm.h>

namespace nepa::evaluate {

double EffectiveRank(const at::Tensor& features) {
  const at::Tensor features_ND = features.to(at::kDouble);
  const at::Tensor gram = features_ND.size(0) < features_ND.size(1)
                              ? at::mm(features_ND, features_ND.t())
                              : at::mm(features_ND.t(), features_ND);
  const at::Tensor singular = at::linalg_eigvalsh(gram).clamp_min(0).sqrt();
  const double total = singular.sum().item<double>();
  if (total == 0) return 1;  // all features are 0: one point
  const at::Tensor share = singular / total + 1e-7;
  return (share * share.log()).sum().neg().exp().item<double>();
}

double EmbeddingStd(const at::Tensor& embeddings) {
  const at::Tensor embeddings_ND = embeddings.reshape({-1, embeddings.size(-1)}).to(at::kFloat);
  const at::Tensor directions =
      embeddings_ND / embeddings_ND.norm(2, {1}, /*keepdim=*/true).clamp_min(1e-12);
  return directions.std({0}, /*unbiased=*/false).mean().item<double>();
}

}  // namespace nepa::evaluate
