#include "worker/train/kernels/cosine.h"

#include "worker/train/kernels/vector.h"

namespace nepa::kernels {
namespace {

struct Products {
  float norm_target, norm_predicted;  // at least eps
  float cosine;
  bool small;  // the prediction's norm was raised to eps
};

inline Products ProductsOf(const float* target, const float* predicted, int64_t D, float eps) {
  Vector tt = Zero(), pp = Zero(), tp = Zero();
  for (int64_t j = 0; j < D; j += kLanes) {
    const __mmask16 m = Lanes(D - j);
    const Vector t = Load(target + j, m);
    const Vector p = Load(predicted + j, m);
    tt = _mm512_fmadd_ps(t, t, tt);
    pp = _mm512_fmadd_ps(p, p, pp);
    tp = _mm512_fmadd_ps(t, p, tp);
  }
  Products products;
  const float norm_t = __builtin_sqrtf(Sum(tt));
  const float norm_p = __builtin_sqrtf(Sum(pp));
  products.norm_target = norm_t < eps ? eps : norm_t;
  products.norm_predicted = norm_p < eps ? eps : norm_p;
  products.small = norm_p < eps;
  products.cosine = Sum(tp) / products.norm_target / products.norm_predicted;
  return products;
}

}  // namespace

double CosineSum(const float* target, const float* predicted, int64_t T, int64_t D, float eps) {
  double sum = 0.0;
  for (int64_t t = 0; t + 1 < T; ++t) {
    sum += ProductsOf(target + (t + 1) * D, predicted + t * D, D, eps).cosine;
  }
  return sum;
}

void CosineSumBackward(const float* target, const float* predicted, int64_t T, int64_t D, float eps,
                       float scale, float* d_predicted) {
  for (int64_t t = 0; t + 1 < T; ++t) {
    const float* a = target + (t + 1) * D;
    const float* p = predicted + t * D;
    float* d = d_predicted + t * D;
    const Products products = ProductsOf(a, p, D, eps);
    const float inverse = 1.0f / products.norm_predicted;
    const Vector by_target = Set(scale * inverse / products.norm_target);
    // Where the norm was raised to eps it does not depend on p.
    const Vector by_self = Set(products.small ? 0.0f : scale * products.cosine * inverse * inverse);
    for (int64_t j = 0; j < D; j += kLanes) {
      const __mmask16 m = Lanes(D - j);
      const Vector along = _mm512_mul_ps(Load(a + j, m), by_target);
      Store(d + j, m, _mm512_fnmadd_ps(Load(p + j, m), by_self, along));
    }
  }
  float* last = d_predicted + (T - 1) * D;
  for (int64_t j = 0; j < D; ++j) last[j] = 0.0f;
}

}  // namespace nepa::kernels
