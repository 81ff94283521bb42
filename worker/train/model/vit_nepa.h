// The NEPA Vision Transformer: float32 parameters under their Hugging Face names, and the forward
// pass (docs: the paper, arXiv 2512.16922, and README.md).
//
// Thread rule: one thread at a time; Forward uses LibTorch's intra-op threads inside.
#ifndef NEPA_WORKER_TRAIN_MODEL_VIT_NEPA_H_
#define NEPA_WORKER_TRAIN_MODEL_VIT_NEPA_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/config/model_config.h"
#include "worker/train/model/forward.h"
#include "worker/train/model/parameters.h"

namespace nepa::model {

// Movable handle; a moved-from model may only be destroyed or assigned.
class VitNepa {
 public:
  // With initial weights drawn from `seed` (a value depends on seed, name and place alone):
  // matrices and the cls token normal with std initializer_range, biases 0, norms 1 and 0,
  // LayerScale at its value. `config` must make sense (ModelFaults()). A classifier is there
  // exactly if config.labels is not empty.
  static VitNepa Create(const config::ModelConfig& config, uint64_t seed,
                        at::Device device = at::kCPU);

  // All weights 0 and no gradients: a place for EMA weights, or for weights about to be loaded.
  static VitNepa Zeros(const config::ModelConfig& config, at::Device device = at::kCPU);

  VitNepa(VitNepa&&) noexcept;
  VitNepa& operator=(VitNepa&&) noexcept;
  ~VitNepa();

  const config::ModelConfig& config() const;

  // In the order in which the public implementation lists them. The tensors are leaves (Create:
  // with requires_grad) that stay the same for the model's life: write into them, never replace
  // them.
  const std::vector<NamedTensor>& parameters() const;
  std::vector<at::Tensor> tensors() const;  // the same without names
  int64_t parameter_count() const;          // numbers, not tensors

  // Throws c10::Error if `pixels_BCHW` (float32) has other channels than the config, or is smaller
  // than one patch. Any height and width serve; what is left of a last, incomplete patch is
  // ignored.
  ForwardResult Forward(const at::Tensor& pixels_BCHW, const ForwardOptions& options = {}) const;

 private:
  struct State;
  explicit VitNepa(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_VIT_NEPA_H_
