#include "worker/train/kernels/layer_norm.h"

#include "worker/train/kernels/vector.h"

namespace nepa::kernels {
namespace {

struct Moments {
  float mean;
  float inverse_deviation;
};

inline Moments MomentsOf(const float* x, int64_t D, float eps) {
  Vector total = Zero();
  for (int64_t j = 0; j < D; j += kLanes) {
    total = _mm512_add_ps(total, Load(x + j, Lanes(D - j)));
  }
  const float mean = Sum(total) / static_cast<float>(D);
  Vector squares = Zero();
  for (int64_t j = 0; j < D; j += kLanes) {
    const __mmask16 m = Lanes(D - j);
    const Vector d = _mm512_maskz_sub_ps(m, Load(x + j, m), Set(mean));
    squares = _mm512_fmadd_ps(d, d, squares);
  }
  const float variance = Sum(squares) / static_cast<float>(D);
  return {mean, 1.0f / __builtin_sqrtf(variance + eps)};
}

}  // namespace

template <typename T>
void LayerNormRows(const float* x, int64_t rows, int64_t D, const float* weight, const float* bias,
                   float eps, T* y) {
  for (int64_t r = 0; r < rows; ++r, x += D, y += D) {
    const Moments moments = MomentsOf(x, D, eps);
    const Vector mean = Set(moments.mean);
    const Vector inverse = Set(moments.inverse_deviation);
    for (int64_t j = 0; j < D; j += kLanes) {
      const __mmask16 m = Lanes(D - j);
      const Vector hat = _mm512_mul_ps(_mm512_sub_ps(Load(x + j, m), mean), inverse);
      Store(y + j, m, _mm512_fmadd_ps(hat, Load(weight + j, m), Load(bias + j, m)));
    }
  }
}

template void LayerNormRows<float>(const float*, int64_t, int64_t, const float*, const float*,
                                   float, float*);
template void LayerNormRows<Bf16>(const float*, int64_t, int64_t, const float*, const float*, float,
                                  Bf16*);

void LayerNormBackwardRows(const float* x, const float* dy, int64_t rows, int64_t D,
                           const float* weight, float eps, const float* residual, float* dx,
                           float* d_weight, float* d_bias) {
  for (int64_t r = 0; r < rows; ++r, x += D, dy += D, dx += D) {
    const Moments moments = MomentsOf(x, D, eps);
    const Vector mean = Set(moments.mean);
    const Vector inverse = Set(moments.inverse_deviation);
    Vector sum = Zero(), sum_hat = Zero();
    for (int64_t j = 0; j < D; j += kLanes) {
      const __mmask16 m = Lanes(D - j);
      const Vector g = Load(dy + j, m);
      const Vector hat = _mm512_maskz_mul_ps(m, _mm512_sub_ps(Load(x + j, m), mean), inverse);
      const Vector scaled = _mm512_mul_ps(g, Load(weight + j, m));
      sum = _mm512_add_ps(sum, scaled);
      sum_hat = _mm512_fmadd_ps(scaled, hat, sum_hat);
      Store(d_weight + j, m, _mm512_fmadd_ps(g, hat, Load(d_weight + j, m)));
      Store(d_bias + j, m, _mm512_add_ps(g, Load(d_bias + j, m)));
    }
    const Vector mean_g = Set(Sum(sum) / static_cast<float>(D));
    const Vector mean_gh = Set(Sum(sum_hat) / static_cast<float>(D));
    for (int64_t j = 0; j < D; j += kLanes) {
      const __mmask16 m = Lanes(D - j);
      const Vector hat = _mm512_mul_ps(_mm512_sub_ps(Load(x + j, m), mean), inverse);
      const Vector scaled = _mm512_mul_ps(Load(dy + j, m), Load(weight + j, m));
      const Vector inner = _mm512_fnmadd_ps(hat, mean_gh, _mm512_sub_ps(scaled, mean_g));
      const Vector before = residual != nullptr ? Load(residual + j, m) : Zero();
      Store(dx + j, m, _mm512_fmadd_ps(inner, inverse, before));
    }
    if (residual != nullptr) residual += D;
  }
}

}  // namespace nepa::kernels
