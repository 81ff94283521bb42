// Causal or full attention over all heads of all images, between the qkv product and the output
// product.
#ifndef NEPA_WORKER_TRAIN_MODEL_FUSED_ATTENTION_H_
#define NEPA_WORKER_TRAIN_MODEL_FUSED_ATTENTION_H_

#include "worker/train/kernels/head.h"
#include "worker/train/model/gemm.h"
#include "worker/train/model/rope.h"

namespace nepa::model {

struct AttentionCall {
  int64_t images = 0, tokens = 0;  // B, T
  int64_t heads = 0, E = 0;        // D = heads * E
  bool causal = false;
  bool norm = false;
  float eps = 0.0f;
  const float *query_weight = nullptr, *query_bias = nullptr;  // of the norms; may be null
  const float *key_weight = nullptr, *key_bias = nullptr;
  const RopeTables* rope = nullptr;
};

// Gradients of the norms' affine parts, summed over rows: each [E], added to; null where absent.
struct NormGradients {
  float *query_weight = nullptr, *query_bias = nullptr;
  float *key_weight = nullptr, *key_bias = nullptr;
};

// What forward leaves for backward: queries (scaled) and keys after norm and rotation [B, H, T, E],
// and the logarithm of each query's sum of exponentials [B, H, T].
template <typename Real>
struct AttentionTrace {
  Real *queries = nullptr, *keys = nullptr;
  float* log_sum = nullptr;
};

// mixed [B, T, D] from qkv [B, T, 3D] (before norm and rotation); fills what `trace` points to.
template <typename Real>
void AttentionForward(const AttentionCall& call, const Real* qkv, Real* mixed,
                      const AttentionTrace<Real>& trace);

// d_qkv [B, T, 3D].
template <typename Real>
void AttentionBackward(const AttentionCall& call, const Real* qkv, const Real* mixed,
                       const Real* d_mixed, const AttentionTrace<Real>& trace, Real* d_qkv,
                       const NormGradients& gradients);

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_FUSED_ATTENTION_H_
