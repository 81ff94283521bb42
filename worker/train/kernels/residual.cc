#include "worker/train/kernels/residual.h"

#include "worker/train/kernels/vector.h"

namespace nepa::kernels {

void AddBranchRows(const float* x, const float* branch, int64_t rows, int64_t n, const float* bias,
                   const float* factors, float* out) {
  for (int64_t r = 0; r < rows; ++r, x += n, branch += n, out += n) {
    const Vector factor = Set(factors != nullptr ? factors[r] : 1.0f);
    for (int64_t j = 0; j < n; j += kLanes) {
      const __mmask16 m = Lanes(n - j);
      Vector added = Load(branch + j, m);
      if (bias != nullptr) added = _mm512_add_ps(added, Load(bias + j, m));
      Store(out + j, m, _mm512_fmadd_ps(added, factor, Load(x + j, m)));
    }
  }
}

template <typename T>
void ScaleAndSumRows(const float* x, int64_t rows, int64_t n, const float* factors, T* out,
                     float* sums) {
  for (int64_t r = 0; r < rows; ++r, x += n, out += n) {
    const Vector factor = Set(factors != nullptr ? factors[r] : 1.0f);
    for (int64_t j = 0; j < n; j += kLanes) {
      const __mmask16 m = Lanes(n - j);
      const Vector scaled = _mm512_mul_ps(Load(x + j, m), factor);
      Store(out + j, m, scaled);
      Store(sums + j, m, _mm512_add_ps(scaled, Load(sums + j, m)));
    }
  }
}

template void ScaleAndSumRows<float>(const float*, int64_t, int64_t, const float*, float*, float*);
template void ScaleAndSumRows<Bf16>(const float*, int64_t, int64_t, const float*, Bf16*, float*);

template <typename T>
void AddBiasRows(const float* x, int64_t ld_x, int64_t rows, int64_t n, const float* bias, T* out,
                 int64_t ld_out) {
  for (int64_t r = 0; r < rows; ++r, x += ld_x, out += ld_out) {
    for (int64_t j = 0; j < n; j += kLanes) {
      const __mmask16 m = Lanes(n - j);
      Vector sum = Load(x + j, m);
      if (bias != nullptr) sum = _mm512_add_ps(sum, Load(bias + j, m));
      Store(out + j, m, sum);
    }
  }
}

template void AddBiasRows<float>(const float*, int64_t, int64_t, int64_t, const float*, float*,
                                 int64_t);
template void AddBiasRows<Bf16>(const float*, int64_t, int64_t, int64_t, const float*, Bf16*,
                                int64_t);

template <typename T>
void SumRows(const T* x, int64_t ld_x, int64_t rows, int64_t n, float* sums) {
  for (int64_t r = 0; r < rows; ++r, x += ld_x) {
    for (int64_t j = 0; j < n; j += kLanes) {
      const __mmask16 m = Lanes(n - j);
      Store(sums + j, m, _mm512_add_ps(Load(sums + j, m), Load(x + j, m)));
    }
  }
}

template void SumRows<float>(const float*, int64_t, int64_t, int64_t, float*);
template void SumRows<Bf16>(const Bf16*, int64_t, int64_t, int64_t, float*);

}  // namespace nepa::kernels
