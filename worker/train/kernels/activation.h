// The MLP's activation with its bias (thread and layout rules: supported.h).
#ifndef NEPA_WORKER_TRAIN_KERNELS_ACTIVATION_H_
#define NEPA_WORKER_TRAIN_KERNELS_ACTIVATION_H_

#include "worker/train/kernels/bf16.h"

namespace nepa::kernels {

enum class Curve { kGelu, kSilu };  // kGelu: x * Phi(x), the exact form, absolute error below 2e-7

// before = T(x + bias); after = T(curve(x + bias)). `x` float32, rows `ld_x` apart; both outputs
// `ld_out` apart.
template <typename T>
void ActivateRows(Curve curve, const float* x, int64_t ld_x, int64_t rows, int64_t n,
                  const float* bias, T* before, T* after, int64_t ld_out);

// d_before = T(dy * curve'(before)); adds the columns' sums to d_bias. `dy` float32.
template <typename T>
void ActivateBackwardRows(Curve curve, const float* dy, int64_t ld_dy, int64_t rows, int64_t n,
                          const T* before, T* d_before, int64_t ld, float* d_bias);

// The gated form: gate = T(x_gate + bias_gate), up = T(x_up + bias_up), after = T(curve(gate) *
// up). `x_up` and `x_gate` share ld_x; gate, up share ld_before.
template <typename T>
void ActivateGatedRows(Curve curve, const float* x_gate, const float* x_up, int64_t ld_x,
                       int64_t rows, int64_t n, const float* bias_gate, const float* bias_up,
                       T* gate, T* up, int64_t ld_before, T* after, int64_t ld_after);

template <typename T>
void ActivateGatedBackwardRows(Curve curve, const float* dy, int64_t ld_dy, int64_t rows, int64_t n,
                               const T* gate, const T* up, T* d_gate, T* d_up, int64_t ld,
                               float* d_bias_gate, float* d_bias_up);

}  // namespace nepa::kernels

#endif  // NEPA_WORKER_TRAIN_KERNELS_ACTIVATION_H_
