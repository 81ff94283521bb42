#include "worker/train/kernels/packing.h"

#include "worker/train/kernels/vector.h"

namespace nepa::kernels {
namespace {

// A unit is 32 bits along K: one float or two Bf16.
template <typename T>
constexpr int64_t kPerUnit = sizeof(float) / sizeof(T);

inline __m512i Interleave(__m512i even, __m512i odd) {
  return _mm512_or_si512(even, _mm512_slli_epi32(odd, 16));
}

// Sixteen columns of row k as units' halves or wholes.
inline __m512i Bits(const float* p, __mmask16 m, float scale, Bf16*) {
  return _mm512_cvtepu16_epi32(ToBf16(_mm512_mul_ps(Load(p, m), Set(scale))));
}
inline __m512i Bits(const Bf16* p, __mmask16 m, float scale, Bf16*) {
  if (scale == 1.0f) return _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(m, p));
  return _mm512_cvtepu16_epi32(ToBf16(_mm512_mul_ps(Load(p, m), Set(scale))));
}
inline __m512i Bits(const float* p, __mmask16 m, float scale, float*) {
  return _mm512_castps_si512(_mm512_mul_ps(Load(p, m), Set(scale)));
}

// Sixteen columns of unit row u: rows u (float) or 2u and 2u + 1 (Bf16); rows from K on are 0.
template <typename S>
inline __m512i UnitRow(const S* source, int64_t ld, int64_t u, int64_t K, __mmask16 m,
                       const float* scales, float* t) {
  if (u >= K) return _mm512_setzero_si512();
  return Bits(source + u * ld, m, scales != nullptr ? scales[u] : 1.0f, t);
}
template <typename S>
inline __m512i UnitRow(const S* source, int64_t ld, int64_t u, int64_t K, __mmask16 m,
                       const float* scales, Bf16* t) {
  const int64_t k = 2 * u;
  if (k >= K) return _mm512_setzero_si512();
  const __m512i even = Bits(source + k * ld, m, scales != nullptr ? scales[k] : 1.0f, t);
  if (k + 1 >= K) return even;
  return Interleave(even,
                    Bits(source + (k + 1) * ld, m, scales != nullptr ? scales[k + 1] : 1.0f, t));
}

// Thirty-two columns of two neighbouring rows as 32 units, in order. `odd` null: a row of zeros.
inline void InterleaveRows(const Bf16* even, const Bf16* odd, __m512i& first, __m512i& second) {
  const __m512i a = _mm512_loadu_si512(even);
  const __m512i b = odd != nullptr ? _mm512_loadu_si512(odd) : _mm512_setzero_si512();
  const __m512i low = _mm512_unpacklo_epi16(a, b);  // columns 0-3, 8-11, 16-19, 24-27
  const __m512i high = _mm512_unpackhi_epi16(a, b);
  first = _mm512_permutex2var_epi64(low, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), high);
  second = _mm512_permutex2var_epi64(low, _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), high);
}

// PackRows of the columns that fill whole 32s; returns how many those are.
template <typename S, typename T>
inline int64_t PackWholeColumns(const S*, int64_t, int64_t, int64_t, int64_t, const float*, T*) {
  return 0;
}
template <>
inline int64_t PackWholeColumns(const Bf16* source, int64_t ld, int64_t K, int64_t K_padded,
                                int64_t N, const float* scales, Bf16* out) {
  if (scales != nullptr) return 0;
  const int64_t whole = N / 32 * 32;
  auto* units = reinterpret_cast<int32_t*>(out);
  for (int64_t u = 0; u < K_padded / 2; ++u) {
    const int64_t k = 2 * u;
    for (int64_t n = 0; n < whole; n += 32) {
      __m512i first = _mm512_setzero_si512(), second = first;
      if (k < K) {
        const Bf16* row = source + k * ld + n;
        InterleaveRows(row, k + 1 < K ? row + ld : nullptr, first, second);
      }
      _mm512_storeu_si512(units + u * N + n, first);
      _mm512_storeu_si512(units + u * N + n + kLanes, second);
    }
  }
  return whole;
}

// Sixteen units along K of one source row, starting at element k; elements from K on are 0.
inline __m512i UnitsAlong(const float* row, int64_t k, int64_t K, float scale, float*) {
  return _mm512_castps_si512(_mm512_mul_ps(Load(row + k, Lanes(K - k)), Set(scale)));
}
inline __m512i UnitsAlong(const float* row, int64_t k, int64_t K, float scale, Bf16*) {
  const Vector low = _mm512_mul_ps(Load(row + k, Lanes(K - k)), Set(scale));
  const Vector high = K - k > kLanes
                          ? _mm512_mul_ps(Load(row + k + kLanes, Lanes(K - k - kLanes)), Set(scale))
                          : Zero();
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high, low));
}
// Only weights are scaled, and they are float.
inline __m512i UnitsAlong(const Bf16* row, int64_t k, int64_t K, float, Bf16*) {
  const int64_t left = K - k;
  const __mmask32 m = left >= 32 ? 0xffffffffu : (1u << left) - 1u;
  return _mm512_maskz_loadu_epi16(m, row + k);
}

// Transposes a 16 x 16 matrix of units in place.
inline void Transpose16(__m512i r[16]) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
  }
  for (int i = 0; i < 8; ++i) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
  }
}

// Transpose of the columns that fill whole 32s; returns how many those are.
inline int64_t TransposeWholeColumns(const float*, int64_t, int64_t, int64_t, int64_t, float*,
                                     int64_t) {
  return 0;
}
inline int64_t TransposeWholeColumns(const Bf16* source, int64_t ld, int64_t K, int64_t K_padded,
                                     int64_t M, Bf16* out, int64_t ld_out) {
  const int64_t whole = M / 32 * 32;
  for (int64_t m = 0; m < whole; m += 32) {
    for (int64_t k = 0; k < K_padded; k += 32) {
      __m512i first[16], second[16];
      for (int64_t i = 0; i < 16; ++i) {
        const int64_t row = k + 2 * i;
        first[i] = second[i] = _mm512_setzero_si512();
        if (row >= K) continue;
        const Bf16* place = source + row * ld + m;
        InterleaveRows(place, row + 1 < K ? place + ld : nullptr, first[i], second[i]);
      }
      Transpose16(first);
      Transpose16(second);
      for (int64_t i = 0; i < 16; ++i) {
        _mm512_storeu_si512(out + (m + i) * ld_out + k, first[i]);
        _mm512_storeu_si512(out + (m + kLanes + i) * ld_out + k, second[i]);
      }
    }
  }
  return whole;
}

}  // namespace

template <typename S, typename T>
void PackRows(const S* source, int64_t ld, int64_t K, int64_t K_padded, int64_t N,
              const float* scales, T* out) {
  auto* units = reinterpret_cast<int32_t*>(out);
  const int64_t done = PackWholeColumns(source, ld, K, K_padded, N, scales, out);
  if (done == N) return;
  for (int64_t u = 0; u < K_padded / kPerUnit<T>; ++u) {
    for (int64_t n = done; n < N; n += kLanes) {
      const __mmask16 m = Lanes(N - n);
      _mm512_mask_storeu_epi32(units + u * N + n, m,
                               UnitRow(source + n, ld, u, K, m, scales, static_cast<T*>(nullptr)));
    }
  }
}

template void PackRows<float, float>(const float*, int64_t, int64_t, int64_t, int64_t, const float*,
                                     float*);
template void PackRows<float, Bf16>(const float*, int64_t, int64_t, int64_t, int64_t, const float*,
                                    Bf16*);
template void PackRows<Bf16, Bf16>(const Bf16*, int64_t, int64_t, int64_t, int64_t, const float*,
                                   Bf16*);

template <typename S, typename T>
void PackTransposed(const S* source, int64_t ld, int64_t K, int64_t K_padded, int64_t N,
                    int64_t N_padded, const float* scales, T* out) {
  auto* units = reinterpret_cast<int32_t*>(out);
  const int64_t unit_rows = K_padded / kPerUnit<T>;
  for (int64_t n = 0; n < N_padded; n += kLanes) {
    const __mmask16 columns = Lanes(N_padded - n);
    for (int64_t u = 0; u < unit_rows; u += kLanes) {
      const int64_t k = u * kPerUnit<T>;
      __m512i block[16];
      for (int64_t i = 0; i < 16; ++i) {
        const bool inside = n + i < N && k < K;
        block[i] =
            inside ? UnitsAlong(source + (n + i) * ld, k, K,
                                scales != nullptr ? scales[n + i] : 1.0f, static_cast<T*>(nullptr))
                   : _mm512_setzero_si512();
      }
      Transpose16(block);
      const int64_t last = unit_rows - u < 16 ? unit_rows - u : 16;
      for (int64_t i = 0; i < last; ++i) {
        _mm512_mask_storeu_epi32(units + (u + i) * N_padded + n, columns, block[i]);
      }
    }
  }
}

template void PackTransposed<float, float>(const float*, int64_t, int64_t, int64_t, int64_t,
                                           int64_t, const float*, float*);
template void PackTransposed<float, Bf16>(const float*, int64_t, int64_t, int64_t, int64_t, int64_t,
                                          const float*, Bf16*);
template void PackTransposed<Bf16, Bf16>(const Bf16*, int64_t, int64_t, int64_t, int64_t, int64_t,
                                         const float*, Bf16*);

template <typename T>
void Transpose(const T* source, int64_t ld, int64_t K, int64_t K_padded, int64_t M, T* out,
               int64_t ld_out) {
  const int64_t done = TransposeWholeColumns(source, ld, K, K_padded, M, out, ld_out);
  for (int64_t m = done; m < M; m += kLanes) {
    const __mmask16 columns = Lanes(M - m);
    const int64_t rows = M - m < 16 ? M - m : 16;
    for (int64_t u = 0; u < K_padded / kPerUnit<T>; u += kLanes) {
      __m512i block[16];
      for (int64_t i = 0; i < 16; ++i) {
        block[i] = UnitRow(source + m, ld, u + i, K, columns, nullptr, static_cast<T*>(nullptr));
      }
      Transpose16(block);
      for (int64_t i = 0; i < rows; ++i) {
        _mm512_storeu_si512(out + (m + i) * ld_out + u * kPerUnit<T>, block[i]);
      }
    }
  }
}

template void Transpose<float>(const float*, int64_t, int64_t, int64_t, int64_t, float*, int64_t);
template void Transpose<Bf16>(const Bf16*, int64_t, int64_t, int64_t, int64_t, Bf16*, int64_t);

}  // namespace nepa::kernels
