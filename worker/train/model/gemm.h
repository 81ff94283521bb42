// Matrix products on this thread, and the right operands they read.
//
// Wraps the product that LibTorch exports for its own kernels (oneDNN's brgemm, compiled at run
// time for the shape and the processor: AMX, AVX-512 with bfloat16, AVX-512).
#ifndef NEPA_WORKER_TRAIN_MODEL_GEMM_H_
#define NEPA_WORKER_TRAIN_MODEL_GEMM_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

#include "worker/train/kernels/bf16.h"

namespace nepa::model {

using kernels::Bf16;

inline int64_t RoundUp(int64_t x, int64_t to) { return (x + to - 1) / to * to; }

// C [M, N] = A [M, K] B [K, N], or C += A B. A row-major, B interleaved (kernels/packing.h), C
// float32; K even for Bf16; ld… in elements, of B in columns. Only inside ParallelTiles.
void Multiply(int64_t M, int64_t N, int64_t K, const float* A, int64_t lda, const float* B,
              int64_t ldb, float* C, int64_t ldc, bool add);
void Multiply(int64_t M, int64_t N, int64_t K, const Bf16* A, int64_t lda, const Bf16* B,
              int64_t ldb, float* C, int64_t ldc, bool add);

// Runs `body(i)` for i in [0, count) on LibTorch's threads, each a fixed, contiguous share; returns
// when all are done.
void ParallelTiles(int64_t count, const std::function<void(int64_t)>& body);

// Memory of this thread that stays for the next call: at least `bytes`, aligned to 64. Overwritten
// by the next call with the same `slot` (0 … 15) on this thread.
void* ScratchBytes(int slot, size_t bytes);
template <typename Real>
Real* Scratch(int slot, int64_t count) {
  return static_cast<Real*>(ScratchBytes(slot, static_cast<size_t>(count) * sizeof(Real)));
}

// A right operand [K, N] in panels of `width` columns, each in one piece: what a product over one
// panel reads stays in the cache while many rows pass by.
template <typename Real>
struct PackedMatrix {
  int64_t K = 0, N = 0, width = 0;
  at::Tensor memory;

  const Real* panel(int64_t i) const { return data() + i * width * K; }
  int64_t panels() const { return N / width; }
  Real* data() const { return static_cast<Real*>(memory.data_ptr()); }
};

// N a multiple of 16; the panel width divides N and `divides`.
template <typename Real>
PackedMatrix<Real> MakePacked(int64_t K, int64_t N, int64_t divides = 0);

// B = (diag(scales) weight)^T for y = x W^T, weight [N, K]; `scales` [N] or null.
template <typename Real>
void PackForForward(const float* weight, const float* scales, PackedMatrix<Real>& packed);
// B = diag(scales) weight for dx = dy W, weight [K, N]; `scales` [K] or null.
template <typename Real>
void PackForBackward(const float* weight, const float* scales, PackedMatrix<Real>& packed);

// gradient [outputs, inputs] = dy^T x, from dy [rows, outputs] and x [rows, inputs], contiguous;
// outputs and inputs multiples of 16.
template <typename Real>
void WeightGradient(const Real* dy, int64_t outputs, const Real* x, int64_t inputs, int64_t rows,
                    float* gradient);

template <typename Real>
constexpr at::ScalarType TypeOf() {
  return sizeof(Real) == 2 ? at::kBFloat16 : at::kFloat;
}

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_GEMM_H_
