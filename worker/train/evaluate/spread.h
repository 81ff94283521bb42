// How much room a set of embeddings fills: what falls to nothing in a collapse.
#ifndef NEPA_WORKER_TRAIN_EVALUATE_SPREAD_H_
#define NEPA_WORKER_TRAIN_EVALUATE_SPREAD_H_

#include <ATen/core/Tensor.h>

namespace nepa::evaluate {

// RankMe (Garrido et al., ICML 2023): the exponential of the entropy of the singular values, p_i =
// σ_i / Σσ + 1e-7. features_ND, N ≥ 1; between 1 and min(N, D), not centred, as in the paper. The
// singular values are the roots of the eigenvalues of the smaller Gram matrix, in float64.
double EffectiveRank(const at::Tensor& features);

// The standard deviation of every dimension over all embeddings, averaged over the dimensions, of
// embeddings scaled to length 1 (Chen and He, SimSiam, 2021): near 1/√D when they point everywhere,
// 0 when they all point one way. embeddings_…D of any leading shape; 0 for a single one.
double EmbeddingStd(const at::Tensor& embeddings);

}  // namespace nepa::evaluate

#endif  // NEPA_WORKER_TRAIN_EVALUATE_SPREAD_H_
