// Laying out the operands of matrix products C [M, N] = A [M, K] B [K, N] (thread and layout rules:
// supported.h).
//
// A is row-major. B is in the layout the product wants, "interleaved": float [K][N]; Bf16
// [K / 2][N][2], two neighbouring k of a column side by side. K is padded with zeros to
// `K_padded` (even for Bf16).
#ifndef NEPA_WORKER_TRAIN_KERNELS_PACKING_H_
#define NEPA_WORKER_TRAIN_KERNELS_PACKING_H_

#include "worker/train/kernels/bf16.h"

namespace nepa::kernels {

// B[k][n] = scales[k] * source[k * ld + n]; `scales` null: 1. S is float or T.
template <typename S, typename T>
void PackRows(const S* source, int64_t ld, int64_t K, int64_t K_padded, int64_t N,
              const float* scales, T* out);

// B[k][n] = scales[n] * source[n * ld + k]; `scales` null, as for a Bf16 source: 1. Rows of `out`
// hold N_padded columns, those from N on 0.
template <typename S, typename T>
void PackTransposed(const S* source, int64_t ld, int64_t K, int64_t K_padded, int64_t N,
                    int64_t N_padded, const float* scales, T* out);

// out[m * ld_out + k] = source[k * ld + m], 0 for k from K to K_padded (a multiple of 32).
template <typename T>
void Transpose(const T* source, int64_t ld, int64_t K, int64_t K_padded, int64_t M, T* out,
               int64_t ld_out);

}  // namespace nepa::kernels

#endif  // NEPA_WORKER_TRAIN_KERNELS_PACKING_H_
