// LayerNorm over rows of D float32 (thread and layout rules: supported.h).
#ifndef NEPA_WORKER_TRAIN_KERNELS_LAYER_NORM_H_
#define NEPA_WORKER_TRAIN_KERNELS_LAYER_NORM_H_

#include "worker/train/kernels/bf16.h"

namespace nepa::kernels {

// y = (x - mean) / sqrt(variance + eps) * weight + bias; T is float or Bf16.
template <typename T>
void LayerNormRows(const float* x, int64_t rows, int64_t D, const float* weight, const float* bias,
                   float eps, T* y);

// dx = residual + the gradient through the norm; `residual` null: 0. Adds the rows' shares of the
// gradients of weight and bias to d_weight and d_bias. dx may be residual.
void LayerNormBackwardRows(const float* x, const float* dy, int64_t rows, int64_t D,
                           const float* weight, float eps, const float* residual, float* dx,
                           float* d_weight, float* d_bias);

}  // namespace nepa::kernels

#endif  // NEPA_WORKER_TRAIN_KERNELS_LAYER_NORM_H_
