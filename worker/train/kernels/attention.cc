#include "worker/train/kernels/attention.h"

#include "worker/train/kernels/vector.h"

namespace nepa::kernels {
namespace {

inline int64_t Least(int64_t a, int64_t b) { return a < b ? a : b; }

// Lanes of columns first … first+15 that are >= from and < until.
inline __mmask16 Between(int64_t first, int64_t from, int64_t until) {
  const int64_t high = until - first;
  const int64_t low = from - first;
  const __mmask16 below = high <= 0 ? 0 : Lanes(high);
  const __mmask16 skipped = low <= 0 ? 0 : Lanes(low);
  return static_cast<__mmask16>(below & ~skipped);
}

}  // namespace

template <typename T>
void SoftmaxRows(float* scores, int64_t ld_scores, int64_t rows, int64_t first_query,
                 int64_t columns, int64_t tokens, bool causal, T* shares, int64_t ld_shares,
                 float* log_sum) {
  for (int64_t r = 0; r < rows; ++r, scores += ld_scores, shares += ld_shares) {
    const int64_t present = Least(columns, causal ? Least(tokens, first_query + r + 1) : tokens);
    Vector largest = Set(-3.0e38f);
    for (int64_t j = 0; j < present; j += kLanes) {
      const __mmask16 m = Lanes(present - j);
      // A NaN may get lost here; Exp() of it brings it back.
      largest = _mm512_mask_max_ps(largest, m, largest, Load(scores + j, m));
    }
    const float top = _mm512_reduce_max_ps(largest);
    Vector sum = Zero();
    for (int64_t j = 0; j < present; j += kLanes) {
      const __mmask16 m = Lanes(present - j);
      const Vector e = Exp(_mm512_sub_ps(Load(scores + j, m), Set(top)));
      sum = _mm512_mask_add_ps(sum, m, sum, e);
      Store(scores + j, m, e);
    }
    const float total = Sum(sum);
    const Vector inverse = Set(1.0f / total);
    for (int64_t j = 0; j < columns; j += kLanes) {
      const __mmask16 m = present - j > 0 ? Lanes(present - j) : 0;
      Store(shares + j, Lanes(columns - j), _mm512_mul_ps(Load(scores + j, m), inverse));
    }
    log_sum[r] = top + __builtin_logf(total);
  }
}

template void SoftmaxRows<float>(float*, int64_t, int64_t, int64_t, int64_t, int64_t, bool, float*,
                                 int64_t, float*);
template void SoftmaxRows<Bf16>(float*, int64_t, int64_t, int64_t, int64_t, int64_t, bool, Bf16*,
                                int64_t, float*);

template <typename T>
void SoftmaxBackwardRows(const SoftmaxBackward& in, T* shares, T* d_scores, int64_t ld_out,
                         T* interleaved) {
  const int64_t even_rows = in.rows + (in.rows & 1);
  for (int64_t j = 0; j < in.columns; j += kLanes) {
    const __mmask16 stored = Lanes(in.columns - j);
    const int64_t query = in.first_query + j;
    const __mmask16 real = Between(query, 0, in.tokens);
    const Vector log_sum = Load(in.log_sum + query, real);
    const Vector delta = Load(in.delta + query, real);
    __m512i even = _mm512_setzero_si512();
    for (int64_t r = 0; r < even_rows; ++r) {
      const int64_t key = in.first_key + r;
      Vector share = Zero(), d_score = Zero();
      if (key < in.tokens && r < in.rows) {
        const __mmask16 m = in.causal ? Between(query, key, in.tokens) : real;
        share =
            _mm512_maskz_mov_ps(m, Exp(_mm512_sub_ps(Load(in.scores + r * in.ld + j, m), log_sum)));
        d_score = _mm512_maskz_mul_ps(m, share,
                                      _mm512_sub_ps(Load(in.d_shares + r * in.ld + j, m), delta));
      }
      if (r < in.rows) {
        Store(shares + r * ld_out + j, stored, share);
        Store(d_scores + r * ld_out + j, stored, d_score);
      }
      if constexpr (sizeof(T) == 2) {
        if (interleaved == nullptr) continue;
        const __m512i bits = _mm512_cvtepu16_epi32(ToBf16(d_score));
        if ((r & 1) == 0) {
          even = bits;
        } else {
          auto* units = reinterpret_cast<int32_t*>(interleaved);
          _mm512_mask_storeu_epi32(units + (r / 2) * ld_out + j, stored,
                                   _mm512_or_si512(even, _mm512_slli_epi32(bits, 16)));
        }
      }
    }
  }
}

template void SoftmaxBackwardRows<float>(const SoftmaxBackward&, float*, float*, int64_t, float*);
template void SoftmaxBackwardRows<Bf16>(const SoftmaxBackward&, Bf16*, Bf16*, int64_t, Bf16*);

template <typename T>
void RowDots(const T* a, int64_t ld_a, const T* b, int64_t ld_b, int64_t rows, int64_t n,
             float* out) {
  for (int64_t r = 0; r < rows; ++r, a += ld_a, b += ld_b) {
    Vector sum = Zero();
    for (int64_t j = 0; j < n; j += kLanes) {
      const __mmask16 m = Lanes(n - j);
      sum = _mm512_fmadd_ps(Load(a + j, m), Load(b + j, m), sum);
    }
    out[r] = Sum(sum);
  }
}

template void RowDots<float>(const float*, int64_t, const float*, int64_t, int64_t, int64_t,
                             float*);
template void RowDots<Bf16>(const Bf16*, int64_t, const Bf16*, int64_t, int64_t, int64_t, float*);

}  // namespace nepa::kernels
