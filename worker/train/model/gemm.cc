#include "worker/train/model/gemm.h"

#include <ATen/Parallel.h>
#include <ATen/native/CPUBlas.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include "worker/train/kernels/packing.h"

namespace nepa::model {
namespace {

constexpr int kSlots = 16;
constexpr size_t kAlignment = 64;
constexpr int64_t kLeast = 16;   // columns of a panel, rows of a share of a gradient
constexpr int64_t kDepth = 512;  // rows of dy and x that one product of WeightGradient adds up

struct Freed {
  void operator()(void* p) const { std::free(p); }
};

int64_t PanelWidth(int64_t N, int64_t divides, int64_t largest) {
  for (int64_t width = largest; width > kLeast; width -= kLeast) {
    if (N % width == 0 && divides % width == 0) return width;
  }
  return kLeast;
}

}  // namespace

void Multiply(int64_t M, int64_t N, int64_t K, const float* A, int64_t lda, const float* B,
              int64_t ldb, float* C, int64_t ldc, bool add) {
  // A panel of float32 that is deeper than this falls out of the first cache between rows.
  const int64_t step = K > 1024 ? 256 : K;
  for (int64_t k = 0; k < K; k += step) {
    at::native::cpublas::brgemm(M, N, std::min(step, K - k), lda, ldb, ldc, add || k > 0, A + k,
                                B + k * ldb, C, /*is_vnni=*/false);
  }
}

void Multiply(int64_t M, int64_t N, int64_t K, const Bf16* A, int64_t lda, const Bf16* B,
              int64_t ldb, float* C, int64_t ldc, bool add) {
  at::native::cpublas::brgemm(M, N, K, lda, ldb, ldc, add, reinterpret_cast<const at::BFloat16*>(A),
                              reinterpret_cast<const at::BFloat16*>(B), C, /*is_vnni=*/true);
}

void ParallelTiles(int64_t count, const std::function<void(int64_t)>& body) {
  at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(i);
    // The tile registers' configuration must not outlive the region: other kernels set their own.
    at::native::cpublas::brgemm_release();
  });
}

void* ScratchBytes(int slot, size_t bytes) {
  struct Slot {
    std::unique_ptr<void, Freed> memory;
    size_t bytes = 0;
  };
  thread_local Slot slots[kSlots];
  Slot& mine = slots[slot];
  if (mine.bytes < bytes) {
    const size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    mine.memory.reset(std::aligned_alloc(kAlignment, rounded));
    if (mine.memory == nullptr) throw std::bad_alloc();
    mine.bytes = rounded;
  }
  return mine.memory.get();
}

template <typename Real>
PackedMatrix<Real> MakePacked(int64_t K, int64_t N, int64_t divides) {
  PackedMatrix<Real> packed;
  packed.K = K;
  packed.N = N;
  packed.width = PanelWidth(N, divides, sizeof(Real) == 2 ? 128 : 64);
  packed.memory = at::empty({K * N}, TypeOf<Real>());
  return packed;
}

template <typename Real>
void PackForForward(const float* weight, const float* scales, PackedMatrix<Real>& packed) {
  const int64_t width = packed.width;
  ParallelTiles(packed.panels(), [&](int64_t i) {
    kernels::PackTransposed(weight + i * width * packed.K, packed.K, packed.K, packed.K, width,
                            width, scales != nullptr ? scales + i * width : nullptr,
                            packed.data() + i * width * packed.K);
  });
}

template <typename Real>
void PackForBackward(const float* weight, const float* scales, PackedMatrix<Real>& packed) {
  const int64_t width = packed.width;
  ParallelTiles(packed.panels(), [&](int64_t i) {
    kernels::PackRows(weight + i * width, packed.N, packed.K, packed.K, width, scales,
                      packed.data() + i * width * packed.K);
  });
}

template <typename Real>
void WeightGradient(const Real* dy, int64_t outputs, const Real* x, int64_t inputs, int64_t rows,
                    float* gradient) {
  const int64_t padded = RoundUp(rows, 32);
  PackedMatrix<Real> right = MakePacked<Real>(padded, inputs);
  const int64_t width = right.width;
  ParallelTiles(right.panels(), [&](int64_t i) {
    kernels::PackRows(x + i * width, inputs, rows, padded, width,
                      static_cast<const float*>(nullptr), right.data() + i * width * padded);
  });
  int64_t height = kLeast;
  for (const int64_t candidate : {32, 64, 128}) {
    if (outputs % candidate == 0 && outputs / candidate >= at::get_num_threads())
      height = candidate;
  }
  ParallelTiles(outputs / height, [&](int64_t i) {
    Real* left = Scratch<Real>(0, height * kDepth);
    for (int64_t k = 0; k < padded; k += kDepth) {
      const int64_t depth = std::min(kDepth, padded - k);
      kernels::Transpose(dy + k * outputs + i * height, outputs, std::min(depth, rows - k), depth,
                         height, left, kDepth);
      for (int64_t j = 0; j < right.panels(); ++j) {
        Multiply(height, width, depth, left, kDepth, right.panel(j) + k * width, width,
                 gradient + i * height * inputs + j * width, inputs, /*add=*/k > 0);
      }
    }
  });
}

#define NEPA_GEMM(Real)                                                                 \
  template PackedMatrix<Real> MakePacked<Real>(int64_t, int64_t, int64_t);              \
  template void PackForForward<Real>(const float*, const float*, PackedMatrix<Real>&);  \
  template void PackForBackward<Real>(const float*, const float*, PackedMatrix<Real>&); \
  template void WeightGradient<Real>(const Real*, int64_t, const Real*, int64_t, int64_t, float*);
NEPA_GEMM(float)
NEPA_GEMM(Bf16)
#undef NEPA_GEMM

}  // namespace nepa::model
