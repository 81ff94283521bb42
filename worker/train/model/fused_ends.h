// The two ends of the model on a CPU with AVX-512, with autograd: patch embedding and final norm.
#ifndef NEPA_WORKER_TRAIN_MODEL_FUSED_ENDS_H_
#define NEPA_WORKER_TRAIN_MODEL_FUSED_ENDS_H_

#include "common/config/model_config.h"
#include "worker/train/model/gemm.h"
#include "worker/train/model/parameters.h"

namespace nepa::model {

// Columns of a cut image: channels * patch^2, rounded up so that products like it.
int64_t PatchColumns(const config::ModelConfig& config);

template <typename Real>
void PackPatchWeight(const config::ModelConfig& config, const Parameters& parameters,
                     PackedMatrix<Real>& packed);

// [B, T, D] float32 from float32 pixels; differentiable in the cls token and the patch projection.
template <typename Real>
at::Tensor FusedEmbed(const config::ModelConfig& config, const Parameters& parameters,
                      const PackedMatrix<Real>& packed, const at::Tensor& pixels_BCHW);

// LayerNorm over the last dimension, float32.
at::Tensor FusedNorm(const Norm& norm, double eps, const at::Tensor& x_BTD);

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_FUSED_ENDS_H_
