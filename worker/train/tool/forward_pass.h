// `nepa-model forward`: one batch through a model folder, with gradients and a few optimizer steps.
#ifndef NEPA_WORKER_TRAIN_TOOL_FORWARD_PASS_H_
#define NEPA_WORKER_TRAIN_TOOL_FORWARD_PASS_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config/job_spec.h"
#include "worker/train/model/safetensors.h"
#include "worker/train/model/vit_nepa.h"

namespace nepa::tool {

struct ForwardRequest {
  bool gradients = false;   // also grad.<name>
  int64_t train_steps = 0;  // also losses, grad_norms and step.<name> after so many AdamW steps
  config::Precision precision = config::Precision::kFp32;
  model::Engine engine = model::Engine::kComposed;  // the oracle
  double lr = 1e-3;
  double beta1 = 0.9, beta2 = 0.95;
  double eps = 1e-8;
  double weight_decay = 0.05;  // of tensors with more than one dimension
  double clip_norm = 1.0;      // 0: no clipping
};

// `input` holds pixel_values [B, C, H, W] and, for a classifier, labels [B]. The result holds loss
// [1] (with labels, or of pretraining), input_embedding, last_hidden_state, logits where there is a
// classifier, and what `request` asks for. INVALID_ARGUMENT if a tensor is missing or doesn't fit.
// The steps of `train_steps` change `model`.
absl::StatusOr<model::TensorMap> RunForward(const model::TensorMap& input,
                                            const ForwardRequest& request, model::VitNepa& model);

}  // namespace nepa::tool

#endif  // NEPA_WORKER_TRAIN_TOOL_FORWARD_PASS_H_
