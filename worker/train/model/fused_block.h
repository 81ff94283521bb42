// One transformer block on a CPU with AVX-512: matrix products with what lies between them fused,
// tile by tile in the cache.
//
// Letters of shapes: M = B * T rows, D hidden size, F MLP width, E head dimension.
#ifndef NEPA_WORKER_TRAIN_MODEL_FUSED_BLOCK_H_
#define NEPA_WORKER_TRAIN_MODEL_FUSED_BLOCK_H_

#include "common/config/model_config.h"
#include "worker/train/kernels/activation.h"
#include "worker/train/model/fused_attention.h"
#include "worker/train/model/gemm.h"
#include "worker/train/model/parameters.h"

namespace nepa::model {

// True if the fused path has a form for these sizes (and the processor for the kernels).
bool FusedSupports(const config::ModelConfig& config);

// A block's matrices as right operands, each for both directions, with LayerScale worked into the
// two that end a branch. Real is float or Bf16.
template <typename Real>
struct PackedBlock {
  PackedMatrix<Real> qkv, qkv_back;
  PackedMatrix<Real> attention_output, attention_output_back;
  PackedMatrix<Real> mlp_input, mlp_input_back;
  PackedMatrix<Real> mlp_output, mlp_output_back;
  at::Tensor attention_bias, mlp_bias;  // [D], of the branch ends, scaled
};

template <typename Real>
void PackBlock(const config::ModelConfig& config, const BlockParameters& parameters,
               PackedBlock<Real>& packed);

// What a pass over a block needs besides the weights.
struct BlockCall {
  const config::ModelConfig* config = nullptr;
  const BlockParameters* parameters = nullptr;
  AttentionCall attention;
  at::Tensor attention_factors, mlp_factors;  // [M], of stochastic depth; undefined: 1

  int64_t rows() const { return attention.images * attention.tokens; }
};

// What forward leaves for backward. `slopes` holds the activation's derivatives (of gate and
// up side by side where gated), `after` what comes out of it.
struct BlockTrace {
  at::Tensor x_MD;
  at::Tensor normed_MD, qkv_M3D, queries_BHTE, keys_BHTE, log_sum_BHT, mixed_MD;
  at::Tensor middle_MD, middle_normed_MD, slopes_MF, after_MF;
};

// out_MD from x_MD, both float32 and contiguous; fills `trace`.
template <typename Real>
void BlockForward(const BlockCall& call, const PackedBlock<Real>& packed, const at::Tensor& x_MD,
                  BlockTrace& trace, at::Tensor& out_MD);

// Returns dx_MD, and fills `gradients`, made by AllocateGradients.
template <typename Real>
at::Tensor BlockBackward(const BlockCall& call, const PackedBlock<Real>& packed,
                         const BlockTrace& trace, const at::Tensor& d_out_MD,
                         BlockParameters& gradients);

// The parameters of a block that exist, in a fixed order.
std::vector<at::Tensor> Listed(const BlockParameters& parameters);

// Zeros for norms, biases and scales, uninitialised matrices; laid out as the parameters are.
BlockParameters AllocateGradients(const BlockParameters& parameters);

// How many rows go through a phase at a time: shares of equal size for the threads, little waste in
// the 16 rows that the processor multiplies at once.
int64_t TileRows(int64_t rows);

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_FUSED_BLOCK_H_
