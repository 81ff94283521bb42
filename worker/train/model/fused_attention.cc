// Letters: B images, T tokens, P = T rounded up to 32, H heads, E head dimension, D = H * E.
#include "worker/train/model/fused_attention.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "worker/train/kernels/attention.h"
#include "worker/train/kernels/packing.h"
#include "worker/train/kernels/residual.h"

namespace nepa::model {
namespace {

constexpr int64_t kRows = 64;   // queries (forward) or keys (backward) at a time
constexpr int64_t kAlign = 32;  // columns of scores are computed in multiples of this

// Where column `n` of an interleaved operand begins.
template <typename Real>
int64_t Column(int64_t n) {
  return n * static_cast<int64_t>(sizeof(float) / sizeof(Real));
}

struct Sizes {
  explicit Sizes(const AttentionCall& call)
      : T(call.tokens), P(RoundUp(call.tokens, kAlign)), E(call.E), D(call.heads * call.E) {}
  int64_t T, P, E, D;
};

// Of head number `i`, counted through all images.
template <typename Real>
AttentionTrace<Real> PartOf(const AttentionTrace<Real>& trace, const Sizes& s, int64_t i) {
  return {trace.queries + i * s.T * s.E, trace.keys + i * s.T * s.E, trace.log_sum + i * s.T};
}

kernels::HeadForm Form(const AttentionCall& call, int64_t image, bool query) {
  kernels::HeadForm form;
  form.tokens = call.tokens;
  form.E = call.E;
  form.norm = call.norm;
  form.weight = query ? call.query_weight : call.key_weight;
  form.bias = query ? call.query_bias : call.key_bias;
  form.eps = call.eps;
  const int64_t offset =
      call.rope->group_of_image[static_cast<size_t>(image)] * (call.tokens - 1) * call.E / 2;
  form.cosines = call.rope->cosines_GNE.const_data_ptr<float>() + offset;
  form.sines = call.rope->sines_GNE.const_data_ptr<float>() + offset;
  form.scale = query ? 1.0f / std::sqrt(static_cast<float>(call.E)) : 1.0f;
  return form;
}

template <typename Real>
void HeadForward(const AttentionCall& call, int64_t image, const Real* qkv, Real* mixed,
                 const AttentionTrace<Real>& trace) {
  const Sizes s(call);
  Real* q = trace.queries;
  Real* k = trace.keys;
  Real* k_right = Scratch<Real>(2, s.P * s.E);
  Real* v_right = Scratch<Real>(3, s.P * s.E);
  float* scores = Scratch<float>(4, kRows * s.P);
  Real* shares = Scratch<Real>(5, kRows * s.P);
  float* out = Scratch<float>(6, kRows * s.E);
  kernels::PrepareHeadRows(Form(call, image, true), qkv, 3 * s.D, q);
  kernels::PrepareHeadRows(Form(call, image, false), qkv + s.D, 3 * s.D, k);
  const float* unscaled = nullptr;
  kernels::PackTransposed(k, s.E, s.E, s.E, s.T, s.P, unscaled, k_right);
  kernels::PackRows(qkv + 2 * s.D, 3 * s.D, s.T, s.P, s.E, unscaled, v_right);
  for (int64_t i = 0; i < s.T; i += kRows) {
    const int64_t rows = std::min(kRows, s.T - i);
    const int64_t columns = call.causal ? RoundUp(i + rows, kAlign) : s.P;
    Multiply(rows, columns, s.E, q + i * s.E, s.E, k_right, s.P, scores, s.P, false);
    kernels::SoftmaxRows(scores, s.P, rows, i, columns, s.T, call.causal, shares, s.P,
                         trace.log_sum + i);
    Multiply(rows, s.E, columns, shares, s.P, v_right, s.E, out, s.E, false);
    kernels::AddBiasRows(out, s.E, rows, s.E, nullptr, mixed + i * s.D, s.D);
  }
}

// The operands of one head's backward products.
template <typename Real>
struct HeadOperands {
  Real *q, *k;              // rows [T, E]
  Real *q_right, *d_right;  // q^T and d_mixed^T as right operands [E, P]
  Real *q_rows, *d_rows;    // q and d_mixed as right operands [P, E]
  Real* k_columns;          // k^T, row-major [E, P]
  float* delta;             // [T]
};

template <typename Real>
HeadOperands<Real> PrepareOperands(const AttentionCall& call, const Real* mixed,
                                   const Real* d_mixed, const AttentionTrace<Real>& trace) {
  const Sizes s(call);
  const int64_t size = s.P * s.E;
  Real* memory = Scratch<Real>(0, 5 * size);
  HeadOperands<Real> o;
  o.q = trace.queries;
  o.k = trace.keys;
  o.q_right = memory;
  o.d_right = memory + size;
  o.q_rows = memory + 2 * size;
  o.d_rows = memory + 3 * size;
  o.k_columns = memory + 4 * size;
  o.delta = Scratch<float>(1, s.P);
  const float* unscaled = nullptr;
  kernels::PackTransposed(o.q, s.E, s.E, s.E, s.T, s.P, unscaled, o.q_right);
  kernels::PackTransposed(d_mixed, s.D, s.E, s.E, s.T, s.P, unscaled, o.d_right);
  kernels::PackRows(o.q, s.E, s.T, s.P, s.E, unscaled, o.q_rows);
  kernels::PackRows(d_mixed, s.D, s.T, s.P, s.E, unscaled, o.d_rows);
  kernels::Transpose(o.k, s.E, s.T, s.P, s.E, o.k_columns, s.P);
  kernels::RowDots(mixed, s.D, d_mixed, s.D, s.T, s.E, o.delta);
  return o;
}

template <typename Real>
void HeadBackward(const AttentionCall& call, int64_t image, const Real* qkv, const Real* mixed,
                  const Real* d_mixed, const AttentionTrace<Real>& trace, Real* d_qkv,
                  const NormGradients& gradients) {
  const Sizes s(call);
  const HeadOperands<Real> o = PrepareOperands(call, mixed, d_mixed, trace);
  float* scores = Scratch<float>(2, 2 * kRows * s.P);
  float* d_shares = scores + kRows * s.P;
  Real* shares = Scratch<Real>(3, 3 * kRows * s.P);
  Real* d_scores = shares + kRows * s.P;
  Real* interleaved = d_scores + kRows * s.P;
  float* dq_columns = Scratch<float>(4, 2 * s.P * s.E);  // [E, P], then dq rows
  float* dq = dq_columns + s.P * s.E;
  float* dk = Scratch<float>(5, s.P * s.E);
  float* dv = Scratch<float>(6, kRows * s.E);
  for (int64_t i = 0; i < s.T; i += kRows) {
    const int64_t rows = std::min(kRows, s.T - i);
    const int64_t first = call.causal ? i : 0;  // queries before a key don't see it
    const int64_t columns = s.P - first;
    Multiply(rows, columns, s.E, o.k + i * s.E, s.E, o.q_right + Column<Real>(first), s.P, scores,
             s.P, false);
    Multiply(rows, columns, s.E, qkv + 2 * s.D + i * 3 * s.D, 3 * s.D,
             o.d_right + Column<Real>(first), s.P, d_shares, s.P, false);
    kernels::SoftmaxBackwardRows(
        {scores, d_shares, s.P, rows, i, columns, first, s.T, call.causal, trace.log_sum, o.delta},
        shares, d_scores, s.P, interleaved);
    Multiply(rows, s.E, columns, shares, s.P, o.d_rows + first * s.E, s.E, dv, s.E, false);
    kernels::AddBiasRows(dv, s.E, rows, s.E, nullptr, d_qkv + 2 * s.D + i * 3 * s.D, 3 * s.D);
    Multiply(rows, s.E, columns, d_scores, s.P, o.q_rows + first * s.E, s.E, dk + i * s.E, s.E,
             false);
    const bool whole = sizeof(Real) == sizeof(float);
    Multiply(s.E, columns, whole ? rows : RoundUp(rows, 2), o.k_columns + i, s.P,
             whole ? d_scores : interleaved, s.P, dq_columns + first, s.P, i > 0);
  }
  kernels::Transpose(dq_columns, s.P, s.E, s.E, s.T, dq, s.E);
  kernels::PrepareHeadBackwardRows(Form(call, image, true), qkv, 3 * s.D, dq, d_qkv, 3 * s.D,
                                   gradients.query_weight, gradients.query_bias);
  kernels::PrepareHeadBackwardRows(Form(call, image, false), qkv + s.D, 3 * s.D, dk, d_qkv + s.D,
                                   3 * s.D, gradients.key_weight, gradients.key_bias);
}

}  // namespace

template <typename Real>
void AttentionForward(const AttentionCall& call, const Real* qkv, Real* mixed,
                      const AttentionTrace<Real>& trace) {
  const Sizes s(call);
  ParallelTiles(call.images * call.heads, [&](int64_t i) {
    const int64_t b = i / call.heads;
    const int64_t h = i % call.heads;
    HeadForward(call, b, qkv + b * s.T * 3 * s.D + h * s.E, mixed + b * s.T * s.D + h * s.E,
                PartOf(trace, s, i));
  });
}

template <typename Real>
void AttentionBackward(const AttentionCall& call, const Real* qkv, const Real* mixed,
                       const Real* d_mixed, const AttentionTrace<Real>& trace, Real* d_qkv,
                       const NormGradients& gradients) {
  const Sizes s(call);
  // One row of sums an image, added up in order at the end.
  float* targets[4] = {gradients.query_weight, gradients.query_bias, gradients.key_weight,
                       gradients.key_bias};
  const at::Tensor partial = at::zeros({call.images, 4 * s.E}, at::kFloat);
  float* sums = partial.data_ptr<float>();
  ParallelTiles(call.images, [&](int64_t b) {
    float* mine = sums + b * 4 * s.E;
    const NormGradients own{mine, mine + s.E, mine + 2 * s.E, mine + 3 * s.E};
    for (int64_t h = 0; h < call.heads; ++h) {
      HeadBackward(call, b, qkv + b * s.T * 3 * s.D + h * s.E, mixed + b * s.T * s.D + h * s.E,
                   d_mixed + b * s.T * s.D + h * s.E, PartOf(trace, s, b * call.heads + h),
                   d_qkv + b * s.T * 3 * s.D + h * s.E, own);
    }
  });
  for (int t = 0; t < 4; ++t) {
    if (targets[t] != nullptr) {
      kernels::SumRows(sums + t * s.E, 4 * s.E, call.images, s.E, targets[t]);
    }
  }
}

template void AttentionForward(const AttentionCall&, const float*, float*,
                               const AttentionTrace<float>&);
template void AttentionForward(const AttentionCall&, const Bf16*, Bf16*,
                               const AttentionTrace<Bf16>&);
template void AttentionBackward(const AttentionCall&, const float*, const float*, const float*,
                                const AttentionTrace<float>&, float*, const NormGradients&);
template void AttentionBackward(const AttentionCall&, const Bf16*, const Bf16*, const Bf16*,
                                const AttentionTrace<Bf16>&, Bf16*, const NormGradients&);

}  // namespace nepa::model
