// What happens at the ends of a residual branch (thread and layout rules: supported.h).
#ifndef NEPA_WORKER_TRAIN_KERNELS_RESIDUAL_H_
#define NEPA_WORKER_TRAIN_KERNELS_RESIDUAL_H_

#include "worker/train/kernels/bf16.h"

namespace nepa::kernels {

// out = x + factor[row] * (branch + bias); `factors` null: 1; `bias` null: 0. Rows of n elements.
void AddBranchRows(const float* x, const float* branch, int64_t rows, int64_t n, const float* bias,
                   const float* factors, float* out);

// out = T(factor[row] * x), and adds each column's sum of factor * x to `sums`.
template <typename T>
void ScaleAndSumRows(const float* x, int64_t rows, int64_t n, const float* factors, T* out,
                     float* sums);

// out = T(x + bias) from rows of n float32 `ld_x` apart to rows `ld_out` apart; `bias` null: 0.
template <typename T>
void AddBiasRows(const float* x, int64_t ld_x, int64_t rows, int64_t n, const float* bias, T* out,
                 int64_t ld_out);

// Adds each column's sum to `sums`.
template <typename T>
void SumRows(const T* x, int64_t ld_x, int64_t rows, int64_t n, float* sums);

}  // namespace nepa::kernels

#endif  // NEPA_WORKER_TRAIN_KERNELS_RESIDUAL_H_
