#include "worker/train/model/vit_nepa.h"

#include <c10/util/Exception.h>

#include <utility>

#include "worker/train/model/composed.h"
#include "worker/train/model/fused.h"

namespace nepa::model {

struct VitNepa::State {
  State(const config::ModelConfig& model_config, at::Device device)
      : config(model_config),
        parameters(AllocateParameters(model_config, device)),
        fused(config, parameters) {}

  const config::ModelConfig config;
  Parameters parameters;
  FusedModel fused;
};

VitNepa::VitNepa(std::unique_ptr<State> state) : state_(std::move(state)) {}
VitNepa::VitNepa(VitNepa&&) noexcept = default;
VitNepa& VitNepa::operator=(VitNepa&&) noexcept = default;
VitNepa::~VitNepa() = default;

VitNepa VitNepa::Zeros(const config::ModelConfig& config, at::Device device) {
  return VitNepa(std::make_unique<State>(config, device));
}

VitNepa VitNepa::Create(const config::ModelConfig& config, uint64_t seed, at::Device device) {
  VitNepa model = Zeros(config, device);
  InitializeParameters(config, seed, model.state_->parameters);
  for (const NamedTensor& parameter : model.parameters()) parameter.tensor.requires_grad_(true);
  return model;
}

const config::ModelConfig& VitNepa::config() const { return state_->config; }

const std::vector<NamedTensor>& VitNepa::parameters() const { return state_->parameters.named; }

std::vector<at::Tensor> VitNepa::tensors() const {
  std::vector<at::Tensor> tensors;
  for (const NamedTensor& parameter : parameters()) tensors.push_back(parameter.tensor);
  return tensors;
}

int64_t VitNepa::parameter_count() const {
  int64_t count = 0;
  for (const NamedTensor& parameter : parameters()) count += parameter.tensor.numel();
  return count;
}

ForwardResult VitNepa::Forward(const at::Tensor& pixels_BCHW, const ForwardOptions& options) const {
  const config::ModelConfig& config = state_->config;
  TORCH_CHECK(
      pixels_BCHW.dim() == 4 && pixels_BCHW.size(1) == config.num_channels &&
          pixels_BCHW.size(2) >= config.patch_size && pixels_BCHW.size(3) >= config.patch_size &&
          pixels_BCHW.scalar_type() == at::kFloat,
      "the model reads float32 pixels [B, ", config.num_channels,
      ", H, W] of at least one patch of ", config.patch_size, " pixels, not ", pixels_BCHW.sizes());
  const Parameters& parameters = state_->parameters;
  const bool fused =
      options.engine != Engine::kComposed && state_->fused.Serves(pixels_BCHW, options);
  if (!fused) return ForwardComposed(config, parameters, pixels_BCHW, options);
  ForwardResult result = state_->fused.Forward(pixels_BCHW, options);
  if (!config.labels.empty()) {
    result.logits_BK = ClassifyComposed(config, parameters, result.last_hidden_state_BTD);
  }
  return result;
}

}  // namespace nepa::model
