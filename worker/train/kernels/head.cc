#include "worker/train/kernels/head.h"

#include "worker/train/kernels/vector.h"

namespace nepa::kernels {
namespace {

constexpr int64_t kMaxVectors = 8;  // of one half of a head: E <= 256

// The two halves of a row, which the rotation pairs. Half j-th vectors: low[j] and high[j].
struct Row {
  Vector low[kMaxVectors];
  Vector high[kMaxVectors];
};

// How the E / 2 elements of a half fall into vectors.
struct Halves {
  explicit Halves(int64_t E) : half(E / 2), count((half + kLanes - 1) / kLanes) {
    for (int64_t j = 0; j < count; ++j) mask[j] = Lanes(half - j * kLanes);
  }
  int64_t half, count;
  __mmask16 mask[kMaxVectors];
};

template <typename T>
inline void LoadRow(const Halves& h, const T* p, Row& row) {
  for (int64_t j = 0; j < h.count; ++j) {
    row.low[j] = Load(p + j * kLanes, h.mask[j]);
    row.high[j] = Load(p + h.half + j * kLanes, h.mask[j]);
  }
}

template <typename T>
inline void StoreRow(const Halves& h, const Row& row, T* p) {
  for (int64_t j = 0; j < h.count; ++j) {
    Store(p + j * kLanes, h.mask[j], row.low[j]);
    Store(p + h.half + j * kLanes, h.mask[j], row.high[j]);
  }
}

inline float Total(const Halves& h, const Row& row) {
  Vector sum = _mm512_add_ps(row.low[0], row.high[0]);
  for (int64_t j = 1; j < h.count; ++j) {
    sum = _mm512_add_ps(sum, _mm512_add_ps(row.low[j], row.high[j]));
  }
  return Sum(sum);
}

inline float Dot(const Halves& h, const Row& a, const Row& b) {
  Vector sum = Zero();
  for (int64_t j = 0; j < h.count; ++j) {
    sum = _mm512_fmadd_ps(a.low[j], b.low[j], sum);
    sum = _mm512_fmadd_ps(a.high[j], b.high[j], sum);
  }
  return Sum(sum);
}

// row = (row - mean) / deviation; returns 1 / deviation.
inline float Normalize(const Halves& h, int64_t E, float eps, Row& row) {
  const Vector mean = Set(Total(h, row) / static_cast<float>(E));
  for (int64_t j = 0; j < h.count; ++j) {
    row.low[j] = _mm512_maskz_sub_ps(h.mask[j], row.low[j], mean);
    row.high[j] = _mm512_maskz_sub_ps(h.mask[j], row.high[j], mean);
  }
  const float inverse = 1.0f / __builtin_sqrtf(Dot(h, row, row) / static_cast<float>(E) + eps);
  for (int64_t j = 0; j < h.count; ++j) {
    row.low[j] = _mm512_mul_ps(row.low[j], Set(inverse));
    row.high[j] = _mm512_mul_ps(row.high[j], Set(inverse));
  }
  return inverse;
}

// Turns by the angles times `direction` (1 forward, -1 for the gradient).
inline void Rotate(const Halves& h, const float* cosines, const float* sines, float direction,
                   Row& row) {
  for (int64_t j = 0; j < h.count; ++j) {
    const Vector c = Load(cosines + j * kLanes, h.mask[j]);
    const Vector s = _mm512_mul_ps(Load(sines + j * kLanes, h.mask[j]), Set(direction));
    const Vector low = _mm512_fmsub_ps(row.low[j], c, _mm512_mul_ps(row.high[j], s));
    row.high[j] = _mm512_fmadd_ps(row.high[j], c, _mm512_mul_ps(row.low[j], s));
    row.low[j] = low;
  }
}

inline void Multiply(const Halves& h, const Row& by, Row& row) {
  for (int64_t j = 0; j < h.count; ++j) {
    row.low[j] = _mm512_mul_ps(row.low[j], by.low[j]);
    row.high[j] = _mm512_mul_ps(row.high[j], by.high[j]);
  }
}

inline void Scale(const Halves& h, float by, Row& row) {
  for (int64_t j = 0; j < h.count; ++j) {
    row.low[j] = _mm512_mul_ps(row.low[j], Set(by));
    row.high[j] = _mm512_mul_ps(row.high[j], Set(by));
  }
}

inline void AddTo(const Halves& h, const Row& by, Row& row) {
  for (int64_t j = 0; j < h.count; ++j) {
    row.low[j] = _mm512_add_ps(row.low[j], by.low[j]);
    row.high[j] = _mm512_add_ps(row.high[j], by.high[j]);
  }
}

// Gradient through Normalize: inverse * (g - mean(g) - hat * mean(g * hat)).
inline void NormalizeBackward(const Halves& h, int64_t E, float inverse, const Row& hat, Row& g) {
  const Vector mean = Set(Total(h, g) / static_cast<float>(E));
  const Vector along = Set(Dot(h, g, hat) / static_cast<float>(E));
  for (int64_t j = 0; j < h.count; ++j) {
    const Vector low = _mm512_fnmadd_ps(hat.low[j], along, _mm512_sub_ps(g.low[j], mean));
    const Vector high = _mm512_fnmadd_ps(hat.high[j], along, _mm512_sub_ps(g.high[j], mean));
    g.low[j] = _mm512_mul_ps(low, Set(inverse));
    g.high[j] = _mm512_mul_ps(high, Set(inverse));
  }
}

}  // namespace

template <typename T>
void PrepareHeadRows(const HeadForm& form, const T* x, int64_t ld, T* out) {
  const Halves h(form.E);
  Row weight, bias, row;
  if (form.weight != nullptr) LoadRow(h, form.weight, weight);
  if (form.bias != nullptr) LoadRow(h, form.bias, bias);
  for (int64_t t = 0; t < form.tokens; ++t) {
    LoadRow(h, x + t * ld, row);
    if (form.norm) Normalize(h, form.E, form.eps, row);
    if (form.weight != nullptr) Multiply(h, weight, row);
    if (form.bias != nullptr) AddTo(h, bias, row);
    if (t > 0) {
      Rotate(h, form.cosines + (t - 1) * h.half, form.sines + (t - 1) * h.half, 1.0f, row);
    }
    if (form.scale != 1.0f) Scale(h, form.scale, row);
    StoreRow(h, row, out + t * form.E);
  }
}

template void PrepareHeadRows<float>(const HeadForm&, const float*, int64_t, float*);
template void PrepareHeadRows<Bf16>(const HeadForm&, const Bf16*, int64_t, Bf16*);

template <typename T>
void PrepareHeadBackwardRows(const HeadForm& form, const T* x, int64_t ld, const float* dy, T* dx,
                             int64_t ld_dx, float* d_weight, float* d_bias) {
  const Halves h(form.E);
  Row weight, sum_weight, sum_bias;
  if (form.weight != nullptr) {
    LoadRow(h, form.weight, weight);
    LoadRow(h, d_weight, sum_weight);
  }
  if (form.bias != nullptr) LoadRow(h, d_bias, sum_bias);
  for (int64_t t = 0; t < form.tokens; ++t) {
    Row hat, g;
    float inverse = 1.0f;
    LoadRow(h, dy + t * form.E, g);
    if (form.scale != 1.0f) Scale(h, form.scale, g);
    if (t > 0) {
      Rotate(h, form.cosines + (t - 1) * h.half, form.sines + (t - 1) * h.half, -1.0f, g);
    }
    if (form.norm) {
      LoadRow(h, x + t * ld, hat);
      inverse = Normalize(h, form.E, form.eps, hat);
    }
    if (form.bias != nullptr) AddTo(h, g, sum_bias);
    if (form.weight != nullptr) {
      Row share = g;
      Multiply(h, hat, share);
      AddTo(h, share, sum_weight);
      Multiply(h, weight, g);
    }
    if (form.norm) NormalizeBackward(h, form.E, inverse, hat, g);
    StoreRow(h, g, dx + t * ld_dx);
  }
  if (form.weight != nullptr) StoreRow(h, sum_weight, d_weight);
  if (form.bias != nullptr) StoreRow(h, sum_bias, d_bias);
}

template void PrepareHeadBackwardRows<float>(const HeadForm&, const float*, int64_t, const float*,
                                             float*, int64_t, float*, float*);
template void PrepareHeadBackwardRows<Bf16>(const HeadForm&, const Bf16*, int64_t, const float*,
                                            Bf16*, int64_t, float*, float*);

}  // namespace nepa::kernels
