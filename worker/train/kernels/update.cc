#include "worker/train/kernels/update.h"

#include "worker/train/kernels/vector.h"

namespace nepa::kernels {
namespace {

constexpr int64_t kRun = 4096;  // float32 sums of so many, added up in double

inline void Average(Vector share, bool copy, __mmask16 m, Vector weight, float* average) {
  const Vector old = Load(average, m);
  Store(average, m, copy ? weight : _mm512_fmadd_ps(_mm512_sub_ps(weight, old), share, old));
}

}  // namespace

void UpdateAdamW(const AdamWCoefficients& c, int64_t n, const float* gradient, float* weight,
                 float* m, float* v, float* average) {
  const bool copy = c.average_share == 1.0f;
  for (int64_t j = 0; j < n; j += kLanes) {
    const __mmask16 lanes = Lanes(n - j);
    const Vector g = _mm512_mul_ps(Load(gradient + j, lanes), Set(c.gradient_scale));
    Vector first = Load(m + j, lanes);
    Vector second = Load(v + j, lanes);
    first = _mm512_fmadd_ps(_mm512_sub_ps(g, first), Set(c.first_share), first);
    second = _mm512_fmadd_ps(_mm512_mul_ps(g, g), Set(c.second_share),
                             _mm512_mul_ps(second, Set(c.beta2)));
    const Vector root = _mm512_fmadd_ps(_mm512_sqrt_ps(second), Set(c.root_correction), Set(c.eps));
    Vector w = _mm512_mul_ps(Load(weight + j, lanes), Set(c.decay));
    w = _mm512_fnmadd_ps(Set(c.rate), _mm512_div_ps(first, root), w);
    Store(m + j, lanes, first);
    Store(v + j, lanes, second);
    Store(weight + j, lanes, w);
    if (average != nullptr) Average(Set(c.average_share), copy, lanes, w, average + j);
  }
}

void UpdateAverage(float share, int64_t n, const float* weight, float* average) {
  for (int64_t j = 0; j < n; j += kLanes) {
    const __mmask16 lanes = Lanes(n - j);
    Average(Set(share), share == 1.0f, lanes, Load(weight + j, lanes), average + j);
  }
}

double SumOfSquares(int64_t n, const float* x) {
  double total = 0.0;
  for (int64_t begin = 0; begin < n; begin += kRun) {
    const int64_t end = n - begin < kRun ? n : begin + kRun;
    Vector sum = Zero(), other = Zero();
    for (int64_t j = begin; j < end; j += 2 * kLanes) {
      const Vector a = Load(x + j, Lanes(end - j));
      sum = _mm512_fmadd_ps(a, a, sum);
      if (end - j <= kLanes) continue;
      const Vector b = Load(x + j + kLanes, Lanes(end - j - kLanes));
      other = _mm512_fmadd_ps(b, b, other);
    }
    total += Sum(_mm512_add_ps(sum, other));
  }
  return total;
}

void UnscaleRows(int64_t rows, int64_t n, const float* weight, const float* bias,
                 const float* scale, float* g, float* d_bias, float* d_scale) {
  for (int64_t r = 0; r < rows; ++r, weight += n, g += n) {
    Vector dot = Zero();
    for (int64_t j = 0; j < n; j += kLanes) {
      const __mmask16 m = Lanes(n - j);
      const Vector x = Load(g + j, m);
      dot = _mm512_fmadd_ps(x, Load(weight + j, m), dot);
      Store(g + j, m, _mm512_mul_ps(x, Set(scale[r])));
    }
    d_scale[r] = Sum(dot) + (bias != nullptr ? bias[r] * d_bias[r] : 0.0f);
    d_bias[r] *= scale[r];
  }
}

}  // namespace nepa::kernels
