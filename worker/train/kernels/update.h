// One pass of the optimizer over a stretch of memory (thread and layout rules: supported.h).
#ifndef NEPA_WORKER_TRAIN_KERNELS_UPDATE_H_
#define NEPA_WORKER_TRAIN_KERNELS_UPDATE_H_

#include "worker/train/kernels/bf16.h"

namespace nepa::kernels {

// Coefficients of one AdamW step, with the bias corrections worked in.
struct AdamWCoefficients {
  float gradient_scale = 1.0f;
  float beta2 = 0.95f;
  // 1 - beta1 and 1 - beta2, subtracted in double: in float32, 1 - 0.999 is wrong in its fifth
  // digit.
  float first_share = 0.1f, second_share = 0.05f;
  float decay = 1.0f;            // weight *= decay
  float rate = 0.0f;             // learning rate / (1 - beta1^t)
  float root_correction = 1.0f;  // 1 / sqrt(1 - beta2^t)
  float eps = 1e-8f;
  float average_share = 0.0f;  // 1 - EMA decay; 1 copies
};

// weight -= rate * m / (sqrt(v) * root_correction + eps) after m, v and the decay are brought up to
// date; then average += average_share * (weight - average), if `average` is not null.
void UpdateAdamW(const AdamWCoefficients& c, int64_t n, const float* gradient, float* weight,
                 float* m, float* v, float* average);

// average += share * (weight - average); share 1 copies.
void UpdateAverage(float share, int64_t n, const float* weight, float* average);

double SumOfSquares(int64_t n, const float* x);

// d_scale[r] = sum_k weight[r][k] * g[r][k] + bias[r] * d_bias[r], then the rows of g and d_bias
// are multiplied with scale[r]: the gradient of scale * (W x + b) out of that of (W x + b). `bias`
// may be null.
void UnscaleRows(int64_t rows, int64_t n, const float* weight, const float* bias,
                 const float* scale, float* g, float* d_bias, float* d_scale);

}  // namespace nepa::kernels

#endif  // NEPA_WORKER_TRAIN_KERNELS_UPDATE_H_
