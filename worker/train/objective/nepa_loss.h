// Next-embedding prediction: the loss of NEPA pretraining.
//
// Pure. Letters of shapes: B images, T tokens (cls first), D hidden size.
#ifndef NEPA_WORKER_TRAIN_OBJECTIVE_NEPA_LOSS_H_
#define NEPA_WORKER_TRAIN_OBJECTIVE_NEPA_LOSS_H_

#include <ATen/core/Tensor.h>

namespace nepa::objective {

// loss = -mean over b and t in [0, T-2] of cos(predicted[b, t], stop_gradient(input[b, t+1]))
// (paper, eq. 3), in [-1, 1]. Both [B, T, D] float32; a scalar, differentiable in `predicted` only.
at::Tensor NepaLoss(const at::Tensor& input_embedding_BTD, const at::Tensor& last_hidden_state_BTD);

}  // namespace nepa::objective

#endif  // NEPA_WORKER_TRAIN_OBJECTIVE_NEPA_LOSS_H_
