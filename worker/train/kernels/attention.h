// The softmax of attention, forward by rows of queries and backward by rows of keys (thread and
// layout rules: supported.h).
#ifndef NEPA_WORKER_TRAIN_KERNELS_ATTENTION_H_
#define NEPA_WORKER_TRAIN_KERNELS_ATTENTION_H_

#include "worker/train/kernels/bf16.h"

namespace nepa::kernels {

// Rows are queries first_query, …; columns are keys 0 … columns-1, of which those at or beyond
// `tokens`, and with `causal` those after the query, count as absent. shares = T(softmax(scores)),
// absent ones 0; log_sum[row] = log of the sum of exponentials. `scores` is used as scratch.
template <typename T>
void SoftmaxRows(float* scores, int64_t ld_scores, int64_t rows, int64_t first_query,
                 int64_t columns, int64_t tokens, bool causal, T* shares, int64_t ld_shares,
                 float* log_sum);

// The transposed view: rows are keys first_key, … (those at or beyond `tokens` give 0), columns are
// queries first_query … first_query + columns - 1. `scores` and `d_shares` hold rows of them.
//
//   shares   = exp(score - log_sum[query]),            absent pairs 0
//   d_scores = shares * (d_share - delta[query]),      delta = sum over keys of share * d_share
//
// `interleaved` takes d_scores once more as the right operand of a product over keys (packing.h),
// for `rows` rounded up to even; null: not wanted.
struct SoftmaxBackward {
  const float* scores = nullptr;
  const float* d_shares = nullptr;
  int64_t ld = 0;
  int64_t rows = 0, first_key = 0;
  int64_t columns = 0, first_query = 0;
  int64_t tokens = 0;
  bool causal = false;
  const float* log_sum = nullptr;  // [tokens]
  const float* delta = nullptr;    // [tokens]
};
template <typename T>
void SoftmaxBackwardRows(const SoftmaxBackward& in, T* shares, T* d_scores, int64_t ld_out,
                         T* interleaved);

// out[r] = sum over n elements of a[r] * b[r].
template <typename T>
void RowDots(const T* a, int64_t ld_a, const T* b, int64_t ld_b, int64_t rows, int64_t n,
             float* out);

}  // namespace nepa::kernels

#endif  // NEPA_WORKER_TRAIN_KERNELS_ATTENTION_H_
