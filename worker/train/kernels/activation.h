// The MLP's activation with its bias (thread and layout rules: supported.h).
#ifndef NEPA_WORKER_TRAIN_KERNELS_ACTIVATION_H_
#define NEPA_WORKER_TRAIN_KERNELS_ACTIVATION_H_

#include "worker/train/kernels/bf16.h"

namespace nepa::kernels {

enum class Curve { kGelu, kSilu };  // kGelu: x * Phi(x), the exact form, absolute error below 2e-7

// after = T(curve(x + bias)), slope = T(curve'(x + bias)), which is all that backward needs and
// nearly free here. `x` float32, rows `ld_x` apart; both outputs `ld_out` apart.
template <typename T>
void ActivateRows(Curve curve, const float* x, int64_t ld_x, int64_t rows, int64_t n,
                  const float* bias, T* slope, T* after, int64_t ld_out);

// dx = T(dy * slope); adds the columns' sums to d_bias. `dy` float32.
template <typename T>
void ActivateBackwardRows(const float* dy, int64_t ld_dy, int64_t rows, int64_t n, const T* slope,
                          T* dx, int64_t ld, float* d_bias);

// The gated form: after = T(curve(gate) * up) with gate = x_gate + bias_gate, up = x_up + bias_up;
// gate_slope = T(up * curve'(gate)), up_slope = T(curve(gate)). `x_gate` and `x_up` share ld_x, the
// slopes ld_slope.
template <typename T>
void ActivateGatedRows(Curve curve, const float* x_gate, const float* x_up, int64_t ld_x,
                       int64_t rows, int64_t n, const float* bias_gate, const float* bias_up,
                       T* gate_slope, T* up_slope, int64_t ld_slope, T* after, int64_t ld_after);

template <typename T>
void ActivateGatedBackwardRows(const float* dy, int64_t ld_dy, int64_t rows, int64_t n,
                               const T* gate_slope, const T* up_slope, T* d_gate, T* d_up,
                               int64_t ld, float* d_bias_gate, float* d_bias_up);

}  // namespace nepa::kernels

#endif  // NEPA_WORKER_TRAIN_KERNELS_ACTIVATION_H_
