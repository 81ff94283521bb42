// The NEPA loss over rows (thread and layout rules: supported.h).
#ifndef NEPA_WORKER_TRAIN_KERNELS_COSINE_H_
#define NEPA_WORKER_TRAIN_KERNELS_COSINE_H_

#include "worker/train/kernels/bf16.h"

namespace nepa::kernels {

// For one image: the sum over t in [0, T-2] of cos(predicted[t], target[t + 1]), both [T, D], with
// L2 norms of at least `eps`.
double CosineSum(const float* target, const float* predicted, int64_t T, int64_t D, float eps);

// d_predicted [T, D] = scale * d CosineSum / d predicted; the last row is 0.
void CosineSumBackward(const float* target, const float* predicted, int64_t T, int64_t D, float eps,
                       float scale, float* d_predicted);

}  // namespace nepa::kernels

#endif  // NEPA_WORKER_TRAIN_KERNELS_COSINE_H_
