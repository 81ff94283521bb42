// The global L2 norm of a model's gradients, and clipping by it.
#ifndef NEPA_WORKER_TRAIN_OPTIM_GRADIENT_NORM_H_
#define NEPA_WORKER_TRAIN_OPTIM_GRADIENT_NORM_H_

#include <ATen/core/Tensor.h>

#include <vector>

namespace nepa::optim {

// Over the gradients of `parameters`; those without one count as 0. NaN or infinite exactly if a
// gradient is (or the norm overflows). The same bits for the same gradients and thread count.
double GradientNorm(const std::vector<at::Tensor>& parameters);

// What the gradients are multiplied with so that their norm is at most `clip_norm`:
// min(1, clip_norm / (norm + 1e-6)), as torch's clip_grad_norm_. `clip_norm` 0: 1.
double ClipScale(double norm, double clip_norm);

}  // namespace nepa::optim

#endif  // NEPA_WORKER_TRAIN_OPTIM_GRADIENT_NORM_H_
