#include "worker/train/kernels/head.h"

#include "worker/train/kernels/vector.h"

namespace nepa::kernels {
namespace {

// The two halves of a row, which the rotation pairs, in kCount vectors each.
template <int kCount>
struct Row {
  Vector low[kCount];
  Vector high[kCount];
};

// How the E / 2 elements of a half fall into vectors.
template <int kCount>
struct Halves {
  explicit Halves(int64_t E) : half(E / 2) {
    for (int64_t j = 0; j < kCount; ++j) {
      mask[j] = half > j * kLanes ? Lanes(half - j * kLanes) : 0;
    }
  }
  int64_t half;
  __mmask16 mask[kCount];
};

template <int kCount, typename T>
inline void LoadRow(const Halves<kCount>& h, const T* p, Row<kCount>& row) {
  for (int64_t j = 0; j < kCount; ++j) {
    row.low[j] = Load(p + j * kLanes, h.mask[j]);
    row.high[j] = Load(p + h.half + j * kLanes, h.mask[j]);
  }
}

template <int kCount, typename T>
inline void StoreRow(const Halves<kCount>& h, const Row<kCount>& row, T* p) {
  for (int64_t j = 0; j < kCount; ++j) {
    Store(p + j * kLanes, h.mask[j], row.low[j]);
    Store(p + h.half + j * kLanes, h.mask[j], row.high[j]);
  }
}

template <int kCount>
inline float Total(const Row<kCount>& row) {
  Vector sum = _mm512_add_ps(row.low[0], row.high[0]);
  for (int64_t j = 1; j < kCount; ++j) {
    sum = _mm512_add_ps(sum, _mm512_add_ps(row.low[j], row.high[j]));
  }
  return Sum(sum);
}

template <int kCount>
inline float Dot(const Row<kCount>& a, const Row<kCount>& b) {
  Vector sum = Zero();
  for (int64_t j = 0; j < kCount; ++j) {
    sum = _mm512_fmadd_ps(a.low[j], b.low[j], sum);
    sum = _mm512_fmadd_ps(a.high[j], b.high[j], sum);
  }
  return Sum(sum);
}

// row = (row - mean) / deviation; returns 1 / deviation.
template <int kCount>
inline float Normalize(const Halves<kCount>& h, int64_t E, float eps, Row<kCount>& row) {
  const Vector mean = Set(Total(row) / static_cast<float>(E));
  for (int64_t j = 0; j < kCount; ++j) {
    row.low[j] = _mm512_maskz_sub_ps(h.mask[j], row.low[j], mean);
    row.high[j] = _mm512_maskz_sub_ps(h.mask[j], row.high[j], mean);
  }
  const float inverse = 1.0f / __builtin_sqrtf(Dot(row, row) / static_cast<float>(E) + eps);
  for (int64_t j = 0; j < kCount; ++j) {
    row.low[j] = _mm512_mul_ps(row.low[j], Set(inverse));
    row.high[j] = _mm512_mul_ps(row.high[j], Set(inverse));
  }
  return inverse;
}

// Turns by the angles times `direction` (1 forward, -1 for the gradient).
template <int kCount>
inline void Rotate(const Halves<kCount>& h, const float* cosines, const float* sines,
                   float direction, Row<kCount>& row) {
  for (int64_t j = 0; j < kCount; ++j) {
    const Vector c = Load(cosines + j * kLanes, h.mask[j]);
    const Vector s = _mm512_mul_ps(Load(sines + j * kLanes, h.mask[j]), Set(direction));
    const Vector low = _mm512_fmsub_ps(row.low[j], c, _mm512_mul_ps(row.high[j], s));
    row.high[j] = _mm512_fmadd_ps(row.high[j], c, _mm512_mul_ps(row.low[j], s));
    row.low[j] = low;
  }
}

template <int kCount>
inline void Multiply(const Row<kCount>& by, Row<kCount>& row) {
  for (int64_t j = 0; j < kCount; ++j) {
    row.low[j] = _mm512_mul_ps(row.low[j], by.low[j]);
    row.high[j] = _mm512_mul_ps(row.high[j], by.high[j]);
  }
}

template <int kCount>
inline void Scale(float by, Row<kCount>& row) {
  for (int64_t j = 0; j < kCount; ++j) {
    row.low[j] = _mm512_mul_ps(row.low[j], Set(by));
    row.high[j] = _mm512_mul_ps(row.high[j], Set(by));
  }
}

template <int kCount>
inline void AddTo(const Row<kCount>& by, Row<kCount>& row) {
  for (int64_t j = 0; j < kCount; ++j) {
    row.low[j] = _mm512_add_ps(row.low[j], by.low[j]);
    row.high[j] = _mm512_add_ps(row.high[j], by.high[j]);
  }
}

// Gradient through Normalize: inverse * (g - mean(g) - hat * mean(g * hat)).
template <int kCount>
inline void NormalizeBackward(int64_t E, float inverse, const Row<kCount>& hat, Row<kCount>& g) {
  const Vector mean = Set(Total(g) / static_cast<float>(E));
  const Vector along = Set(Dot(g, hat) / static_cast<float>(E));
  for (int64_t j = 0; j < kCount; ++j) {
    const Vector low = _mm512_fnmadd_ps(hat.low[j], along, _mm512_sub_ps(g.low[j], mean));
    const Vector high = _mm512_fnmadd_ps(hat.high[j], along, _mm512_sub_ps(g.high[j], mean));
    g.low[j] = _mm512_mul_ps(low, Set(inverse));
    g.high[j] = _mm512_mul_ps(high, Set(inverse));
  }
}

template <int kCount, typename T>
inline void Prepare(const HeadForm& form, const T* x, int64_t ld, T* out) {
  const Halves<kCount> h(form.E);
  Row<kCount> weight, bias, row;
  if (form.weight != nullptr) LoadRow(h, form.weight, weight);
  if (form.bias != nullptr) LoadRow(h, form.bias, bias);
  for (int64_t t = 0; t < form.tokens; ++t) {
    LoadRow(h, x + t * ld, row);
    if (form.norm) Normalize(h, form.E, form.eps, row);
    if (form.weight != nullptr) Multiply(weight, row);
    if (form.bias != nullptr) AddTo(bias, row);
    if (t > 0) {
      Rotate(h, form.cosines + (t - 1) * h.half, form.sines + (t - 1) * h.half, 1.0f, row);
    }
    if (form.scale != 1.0f) Scale(form.scale, row);
    StoreRow(h, row, out + t * form.E);
  }
}

template <int kCount, typename T>
inline void PrepareBackward(const HeadForm& form, const T* x, int64_t ld, const float* dy, T* dx,
                            int64_t ld_dx, float* d_weight, float* d_bias) {
  const Halves<kCount> h(form.E);
  Row<kCount> weight, sum_weight, sum_bias;
  if (form.weight != nullptr) {
    LoadRow(h, form.weight, weight);
    LoadRow(h, d_weight, sum_weight);
  }
  if (form.bias != nullptr) LoadRow(h, d_bias, sum_bias);
  for (int64_t t = 0; t < form.tokens; ++t) {
    Row<kCount> hat, g;
    float inverse = 1.0f;
    LoadRow(h, dy + t * form.E, g);
    if (form.scale != 1.0f) Scale(form.scale, g);
    if (t > 0) {
      Rotate(h, form.cosines + (t - 1) * h.half, form.sines + (t - 1) * h.half, -1.0f, g);
    }
    if (form.norm) {
      LoadRow(h, x + t * ld, hat);
      inverse = Normalize(h, form.E, form.eps, hat);
    }
    if (form.bias != nullptr) AddTo(g, sum_bias);
    if (form.weight != nullptr) {
      Row<kCount> share = g;
      Multiply(hat, share);
      AddTo(share, sum_weight);
      Multiply(weight, g);
    }
    if (form.norm) NormalizeBackward(form.E, inverse, hat, g);
    StoreRow(h, g, dx + t * ld_dx);
  }
  if (form.weight != nullptr) StoreRow(h, sum_weight, d_weight);
  if (form.bias != nullptr) StoreRow(h, sum_bias, d_bias);
}

}  // namespace

template <typename T>
void PrepareHeadRows(const HeadForm& form, const T* x, int64_t ld, T* out) {
  if (form.E <= 2 * kLanes) return Prepare<1>(form, x, ld, out);
  if (form.E <= 4 * kLanes) return Prepare<2>(form, x, ld, out);
  return Prepare<8>(form, x, ld, out);
}

template void PrepareHeadRows<float>(const HeadForm&, const float*, int64_t, float*);
template void PrepareHeadRows<Bf16>(const HeadForm&, const Bf16*, int64_t, Bf16*);

template <typename T>
void PrepareHeadBackwardRows(const HeadForm& form, const T* x, int64_t ld, const float* dy, T* dx,
                             int64_t ld_dx, float* d_weight, float* d_bias) {
  if (form.E <= 2 * kLanes) {
    return PrepareBackward<1>(form, x, ld, dy, dx, ld_dx, d_weight, d_bias);
  }
  if (form.E <= 4 * kLanes) {
    return PrepareBackward<2>(form, x, ld, dy, dx, ld_dx, d_weight, d_bias);
  }
  return PrepareBackward<8>(form, x, ld, dy, dx, ld_dx, d_weight, d_bias);
}

template void PrepareHeadBackwardRows<float>(const HeadForm&, const float*, int64_t, const float*,
                                             float*, int64_t, float*, float*);
template void PrepareHeadBackwardRows<Bf16>(const HeadForm&, const Bf16*, int64_t, const float*,
                                            Bf16*, int64_t, float*, float*);

}  // namespace nepa::kernels
