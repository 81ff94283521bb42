// QK-norm and rotary embedding of the rows of one attention head (thread and layout rules:
// supported.h). E is the head dimension, a multiple of 4 and at most 256.
#ifndef NEPA_WORKER_TRAIN_KERNELS_HEAD_H_
#define NEPA_WORKER_TRAIN_KERNELS_HEAD_H_

#include "worker/train/kernels/bf16.h"

namespace nepa::kernels {

struct HeadForm {
  int64_t tokens = 0;  // cls first
  int64_t E = 0;
  bool norm = false;
  const float* weight = nullptr;  // [E]; null: 1
  const float* bias = nullptr;    // [E]; null: 0
  float eps = 0.0f;
  const float* cosines = nullptr;  // [tokens - 1, E / 2]: the cls token is not turned
  const float* sines = nullptr;
  float scale = 1.0f;  // after the rotation
};

// out [tokens, E] = scale * rotate(norm(x)); rows of x `ld` apart.
template <typename T>
void PrepareHeadRows(const HeadForm& form, const T* x, int64_t ld, T* out);

// dx from dy [tokens, E] float32; rows of x `ld` and of dx `ld_dx` apart. Adds to d_weight and
// d_bias where form.weight and form.bias are given.
template <typename T>
void PrepareHeadBackwardRows(const HeadForm& form, const T* x, int64_t ld, const float* dy, T* dx,
                             int64_t ld_dx, float* d_weight, float* d_bias);

}  // namespace nepa::kernels

#endif  // NEPA_WORKER_TRAIN_KERNELS_HEAD_H_
