#include "worker/train/optim/parameter_rules.h"

#include <cmath>
#include <cstdlib>

#include "absl/strings/match.h"

namespace nepa::optim {
namespace {

constexpr double kReferenceBatch = 256.0;
constexpr std::string_view kLayerPrefix = "vit_nepa.encoder.layer.";
constexpr std::string_view kEmbeddingsPrefix = "vit_nepa.embeddings.";
constexpr std::string_view kPatchPrefix = "vit_nepa.embeddings.patch_embeddings.";

bool HasPrefix(const std::string& name, std::string_view prefix) {
  return name.compare(0, prefix.size(), prefix) == 0;
}

double LayerFactor(const std::string& name, int64_t layers, double decay) {
  if (HasPrefix(name, kEmbeddingsPrefix)) return std::pow(decay, static_cast<double>(layers));
  if (!HasPrefix(name, kLayerPrefix)) return 1.0;
  const int64_t layer = std::strtoll(name.c_str() + kLayerPrefix.size(), nullptr, 10);
  return std::pow(decay, static_cast<double>(layers - 1 - layer));
}

bool IsHead(const std::string& name) {
  return HasPrefix(name, "classifier.") || HasPrefix(name, "vit_nepa.layernorm.");
}

}  // namespace

std::vector<ParameterRule> MakeParameterRules(const std::vector<model::NamedTensor>& parameters,
                                              int64_t layers, config::Kind kind,
                                              const config::Optimizer& optimizer,
                                              int64_t global_batch, bool freeze_patch_embedding) {
  const double scaled = optimizer.lr * static_cast<double>(global_batch) / kReferenceBatch;
  std::vector<ParameterRule> rules;
  for (const model::NamedTensor& parameter : parameters) {
    ParameterRule rule;
    rule.name = parameter.name;
    rule.peak_rate = scaled;
    if (kind == config::Kind::kFinetune) {
      rule.factor = LayerFactor(parameter.name, layers, optimizer.layer_decay);
      if (IsHead(parameter.name)) rule.peak_rate = optimizer.head_lr;
    }
    rule.weight_decay = parameter.tensor.dim() > 1 ? optimizer.weight_decay : 0.0;
    rule.frozen = freeze_patch_embedding && HasPrefix(parameter.name, kPatchPrefix);
    rules.push_back(rule);
  }
  return rules;
}

}  // namespace nepa::optim
