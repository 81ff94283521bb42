// The forward pass through the fused blocks, with autograd at the granularity of a block: each
// parameter stays a leaf whose gradient arrives when its block's backward is done.
//
// Thread rule: one thread at a time; threads of LibTorch inside.
#ifndef NEPA_WORKER_TRAIN_MODEL_FUSED_H_
#define NEPA_WORKER_TRAIN_MODEL_FUSED_H_

#include <memory>

#include "worker/train/model/forward.h"
#include "worker/train/model/parameters.h"

namespace nepa::model {

// Keeps copies of the weights in the form that the products read, refreshed whenever a weight's
// version has changed.
class FusedModel {
 public:
  // `config` and `parameters` outlive this and every graph built by Forward.
  FusedModel(const config::ModelConfig& config, const Parameters& parameters);
  ~FusedModel();

  // True if the fused path serves a pass with these pixels and options.
  bool Serves(const at::Tensor& pixels_BCHW, const ForwardOptions& options) const;

  // All of the result but the logits.
  ForwardResult Forward(const at::Tensor& pixels_BCHW, const ForwardOptions& options);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_FUSED_H_
