#include "worker/train/kernels/activation.h"

#include "worker/train/kernels/vector.h"

namespace nepa::kernels {
namespace {

struct Point {
  Vector value;
  Vector slope;
};

struct Gelu {
  // Phi by Abramowitz and Stegun 7.1.26, whose exponential the slope needs as well.
  static inline Point At(Vector x) {
    const Vector size = _mm512_abs_ps(x);
    const Vector e = Exp(_mm512_mul_ps(_mm512_mul_ps(x, x), Set(-0.5f)));
    const Vector t = Reciprocal(_mm512_fmadd_ps(size, Set(0.3275911f * 0.70710678f), Set(1.0f)));
    Vector p = Set(1.061405429f);
    p = _mm512_fmadd_ps(p, t, Set(-1.453152027f));
    p = _mm512_fmadd_ps(p, t, Set(1.421413741f));
    p = _mm512_fmadd_ps(p, t, Set(-0.284496736f));
    p = _mm512_fmadd_ps(p, t, Set(0.254829592f));
    const Vector tail = _mm512_mul_ps(_mm512_mul_ps(p, t), _mm512_mul_ps(e, Set(0.5f)));
    const __mmask16 negative = _mm512_cmp_ps_mask(x, Zero(), _CMP_LT_OQ);
    const Vector phi = _mm512_mask_blend_ps(negative, _mm512_sub_ps(Set(1.0f), tail), tail);
    const Vector density = _mm512_mul_ps(e, Set(0.39894228f));
    return {_mm512_mul_ps(x, phi), _mm512_fmadd_ps(x, density, phi)};
  }
};

struct Silu {
  static inline Point At(Vector x) {
    const Vector e = Exp(_mm512_sub_ps(Zero(), x));
    const Vector s = _mm512_div_ps(Set(1.0f), _mm512_add_ps(e, Set(1.0f)));
    const Vector value = _mm512_mul_ps(x, s);
    return {value, _mm512_fmadd_ps(value, _mm512_sub_ps(Set(1.0f), s), s)};
  }
};

template <typename C, typename T>
inline void Activate(const float* x, int64_t ld_x, int64_t rows, int64_t n, const float* bias,
                     T* slope, T* after, int64_t ld_out) {
  for (int64_t r = 0; r < rows; ++r, x += ld_x, slope += ld_out, after += ld_out) {
    for (int64_t j = 0; j < n; j += kLanes) {
      const __mmask16 m = Lanes(n - j);
      const Point point = C::At(_mm512_add_ps(Load(x + j, m), Load(bias + j, m)));
      Store(slope + j, m, point.slope);
      Store(after + j, m, point.value);
    }
  }
}

template <typename C, typename T>
inline void ActivateGated(const float* x_gate, const float* x_up, int64_t ld_x, int64_t rows,
                          int64_t n, const float* bias_gate, const float* bias_up, T* gate_slope,
                          T* up_slope, int64_t ld_slope, T* after, int64_t ld_after) {
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t j = 0; j < n; j += kLanes) {
      const __mmask16 m = Lanes(n - j);
      const Vector g = _mm512_add_ps(Load(x_gate + r * ld_x + j, m), Load(bias_gate + j, m));
      const Vector u = _mm512_add_ps(Load(x_up + r * ld_x + j, m), Load(bias_up + j, m));
      const Point point = C::At(g);
      Store(gate_slope + r * ld_slope + j, m, _mm512_mul_ps(u, point.slope));
      Store(up_slope + r * ld_slope + j, m, point.value);
      Store(after + r * ld_after + j, m, _mm512_mul_ps(point.value, u));
    }
  }
}

}  // namespace

template <typename T>
void ActivateRows(Curve curve, const float* x, int64_t ld_x, int64_t rows, int64_t n,
                  const float* bias, T* slope, T* after, int64_t ld_out) {
  if (curve == Curve::kGelu) return Activate<Gelu>(x, ld_x, rows, n, bias, slope, after, ld_out);
  return Activate<Silu>(x, ld_x, rows, n, bias, slope, after, ld_out);
}

template <typename T>
void ActivateBackwardRows(const float* dy, int64_t ld_dy, int64_t rows, int64_t n, const T* slope,
                          T* dx, int64_t ld, float* d_bias) {
  for (int64_t r = 0; r < rows; ++r, dy += ld_dy, slope += ld, dx += ld) {
    for (int64_t j = 0; j < n; j += kLanes) {
      const __mmask16 m = Lanes(n - j);
      const Vector d = _mm512_mul_ps(Load(dy + j, m), Load(slope + j, m));
      Store(dx + j, m, d);
      Store(d_bias + j, m, _mm512_add_ps(d, Load(d_bias + j, m)));
    }
  }
}

template <typename T>
void ActivateGatedRows(Curve curve, const float* x_gate, const float* x_up, int64_t ld_x,
                       int64_t rows, int64_t n, const float* bias_gate, const float* bias_up,
                       T* gate_slope, T* up_slope, int64_t ld_slope, T* after, int64_t ld_after) {
  if (curve == Curve::kGelu) {
    return ActivateGated<Gelu>(x_gate, x_up, ld_x, rows, n, bias_gate, bias_up, gate_slope,
                               up_slope, ld_slope, after, ld_after);
  }
  return ActivateGated<Silu>(x_gate, x_up, ld_x, rows, n, bias_gate, bias_up, gate_slope, up_slope,
                             ld_slope, after, ld_after);
}

template <typename T>
void ActivateGatedBackwardRows(const float* dy, int64_t ld_dy, int64_t rows, int64_t n,
                               const T* gate_slope, const T* up_slope, T* d_gate, T* d_up,
                               int64_t ld, float* d_bias_gate, float* d_bias_up) {
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t j = 0; j < n; j += kLanes) {
      const __mmask16 m = Lanes(n - j);
      const Vector d = Load(dy + r * ld_dy + j, m);
      const Vector dg = _mm512_mul_ps(d, Load(gate_slope + r * ld + j, m));
      const Vector du = _mm512_mul_ps(d, Load(up_slope + r * ld + j, m));
      Store(d_gate + r * ld + j, m, dg);
      Store(d_up + r * ld + j, m, du);
      Store(d_bias_gate + j, m, _mm512_add_ps(dg, Load(d_bias_gate + j, m)));
      Store(d_bias_up + j, m, _mm512_add_ps(du, Load(d_bias_up + j, m)));
    }
  }
}

#define NEPA_ACTIVATION(T)                                                                         \
  template void ActivateRows<T>(Curve, const float*, int64_t, int64_t, int64_t, const float*, T*,  \
                                T*, int64_t);                                                      \
  template void ActivateBackwardRows<T>(const float*, int64_t, int64_t, int64_t, const T*, T*,     \
                                        int64_t, float*);                                          \
  template void ActivateGatedRows<T>(Curve, const float*, const float*, int64_t, int64_t, int64_t, \
                                     const float*, const float*, T*, T*, int64_t, T*, int64_t);    \
  template void ActivateGatedBackwardRows<T>(const float*, int64_t, int64_t, int64_t, const T*,    \
                                             const T*, T*, T*, int64_t, float*, float*);
NEPA_ACTIVATION(float)
NEPA_ACTIVATION(Bf16)
#undef NEPA_ACTIVATION

}  // namespace nepa::kernels
