// Sixteen float32 at a time. For the .cc files of this folder only.
#ifndef NEPA_WORKER_TRAIN_KERNELS_VECTOR_H_
#define NEPA_WORKER_TRAIN_KERNELS_VECTOR_H_

#include <immintrin.h>

#include <cstdint>

#include "worker/train/kernels/bf16.h"

// Internal to each file: see CMakeLists.txt.
namespace nepa::kernels {
namespace {

using Vector = __m512;
constexpr int64_t kLanes = 16;

// The first min(left, 16) lanes.
inline __mmask16 Lanes(int64_t left) {
  return left >= kLanes ? static_cast<__mmask16>(0xffff)
                        : static_cast<__mmask16>((1u << left) - 1u);
}

inline Vector Set(float x) { return _mm512_set1_ps(x); }
inline Vector Zero() { return _mm512_setzero_ps(); }

inline Vector Load(const float* p, __mmask16 m) { return _mm512_maskz_loadu_ps(m, p); }
inline Vector Load(const Bf16* p, __mmask16 m) {
  const __m512i wide = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(m, p));
  return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}
inline void Store(float* p, __mmask16 m, Vector x) { _mm512_mask_storeu_ps(p, m, x); }
inline __m256i ToBf16(Vector x) { return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x)); }
inline void Store(Bf16* p, __mmask16 m, Vector x) { _mm256_mask_storeu_epi16(p, m, ToBf16(x)); }

inline float Sum(Vector x) { return _mm512_reduce_add_ps(x); }

// e^x, relative error below 2e-7; 0 far below, infinite far above, NaN stays NaN.
inline Vector Exp(Vector x) {
  x = _mm512_min_ps(Set(89.0f), _mm512_max_ps(Set(-104.0f), x));
  const Vector n = _mm512_roundscale_ps(_mm512_mul_ps(x, Set(1.44269504f)),
                                        _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  Vector r = _mm512_fnmadd_ps(n, Set(0.693359375f), x);
  r = _mm512_fnmadd_ps(n, Set(-2.12194440e-4f), r);
  Vector p = Set(1.9875691500e-4f);
  p = _mm512_fmadd_ps(p, r, Set(1.3981999507e-3f));
  p = _mm512_fmadd_ps(p, r, Set(8.3334519073e-3f));
  p = _mm512_fmadd_ps(p, r, Set(4.1665795894e-2f));
  p = _mm512_fmadd_ps(p, r, Set(1.6666665459e-1f));
  p = _mm512_fmadd_ps(p, r, Set(5.0000001201e-1f));
  p = _mm512_fmadd_ps(_mm512_mul_ps(r, r), p, _mm512_add_ps(r, Set(1.0f)));
  return _mm512_scalef_ps(p, n);
}

// 1 / x to within 2 ulp for ordinary x.
inline Vector Reciprocal(Vector x) {
  const Vector y = _mm512_rcp14_ps(x);
  return _mm512_mul_ps(y, _mm512_fnmadd_ps(x, y, Set(2.0f)));
}

}  // namespace
}  // namespace nepa::kernels

#endif  // NEPA_WORKER_TRAIN_KERNELS_VECTOR_H_
