#include "worker/train/model/model_folder.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "worker/train/model/config_json.h"

namespace nepa::model {
namespace {

constexpr size_t kMaxConfigBytes = 64 << 20;  // id2label of many classes
constexpr size_t kMaxListed = 5;

std::string Shape(at::IntArrayRef sizes) {
  return absl::StrCat("[", absl::StrJoin(sizes, ", "), "]");
}

// Parts that a model which starts from another one may add, with the value they start at.
std::optional<double> AddedValue(const std::string& name) {
  if (absl::StartsWith(name, "classifier.")) return 0.0;
  const bool norm = absl::StartsWith(name, "fc_norm.") || absl::StrContains(name, ".q_norm.") ||
                    absl::StrContains(name, ".k_norm.");
  if (!norm) return std::nullopt;
  return absl::EndsWith(name, ".weight") ? 1.0 : 0.0;
}

void AddMissing(const config::ModelConfig& source, const VitNepa& model, TensorMap& tensors) {
  const bool same_classes = source.labels == model.config().labels;
  for (const NamedTensor& parameter : model.parameters()) {
    const std::optional<double> value = AddedValue(parameter.name);
    if (!value) continue;
    const bool replaced = absl::StartsWith(parameter.name, "classifier.") && !same_classes;
    if (tensors.count(parameter.name) == 0 || replaced) {
      tensors[parameter.name] = at::full(parameter.tensor.sizes(), *value, at::kFloat);
    }
  }
}

}  // namespace

absl::StatusOr<config::ModelConfig> ReadModelConfig(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/", kConfigFile);
  NEPA_ASSIGN_OR_RETURN(const std::string text, io::ReadFile(path, kMaxConfigBytes));
  absl::StatusOr<config::ModelConfig> config = ParseConfigJson(text);
  if (!config.ok()) return Annotate(config.status(), absl::StrCat("reading ", path));
  return config;
}

absl::Status CopyWeights(const TensorMap& tensors, const std::string& source, VitNepa& model) {
  std::vector<std::string> faults;
  for (const NamedTensor& parameter : model.parameters()) {
    const auto found = tensors.find(parameter.name);
    if (found == tensors.end()) {
      faults.push_back(absl::StrCat(parameter.name, " is missing"));
    } else if (found->second.sizes() != parameter.tensor.sizes()) {
      faults.push_back(absl::StrCat(parameter.name, " has shape ", Shape(found->second.sizes()),
                                    ", not ", Shape(parameter.tensor.sizes())));
    }
  }
  if (!faults.empty()) {
    const size_t count = faults.size();
    faults.resize(std::min(count, kMaxListed));
    return absl::InvalidArgumentError(absl::StrCat(
        "the tensors of ", source, " do not fit the model's config: ", absl::StrJoin(faults, "; "),
        count > kMaxListed ? absl::StrCat("; and ", count - kMaxListed, " more") : ""));
  }
  const at::NoGradGuard no_gradients;
  for (const NamedTensor& parameter : model.parameters()) {
    at::Tensor tensor = parameter.tensor;
    tensor.copy_(tensors.at(parameter.name));
  }
  return absl::OkStatus();
}

absl::StatusOr<VitNepa> LoadModel(const std::string& folder, bool ema, at::Device device) {
  NEPA_ASSIGN_OR_RETURN(const config::ModelConfig config, ReadModelConfig(folder));
  const std::string path = absl::StrCat(folder, "/", ema ? kEmaFile : kWeightsFile);
  NEPA_ASSIGN_OR_RETURN(const TensorMap tensors, ReadSafetensors(path));
  VitNepa model = VitNepa::Zeros(config, device);
  NEPA_RETURN_IF_ERROR(CopyWeights(tensors, path, model));
  for (const NamedTensor& parameter : model.parameters()) parameter.tensor.requires_grad_(true);
  return model;
}

config::ModelConfig StartConfig(const config::ModelConfig& source, const StartOptions& options) {
  config::ModelConfig config = source;
  if (!options.labels.empty()) config.is_causal = false;
  config = OverrideFields(config, options.fields, options.overrides);
  config.labels = options.labels;
  return config;
}

absl::StatusOr<VitNepa> StartFromModel(const std::string& folder, const StartOptions& options) {
  NEPA_ASSIGN_OR_RETURN(const config::ModelConfig source, ReadModelConfig(folder));
  const std::string path = absl::StrCat(folder, "/", options.ema ? kEmaFile : kWeightsFile);
  NEPA_ASSIGN_OR_RETURN(TensorMap tensors, ReadSafetensors(path));
  VitNepa model = VitNepa::Zeros(StartConfig(source, options), options.device);
  AddMissing(source, model, tensors);
  NEPA_RETURN_IF_ERROR(CopyWeights(tensors, path, model));
  for (const NamedTensor& parameter : model.parameters()) parameter.tensor.requires_grad_(true);
  return model;
}

absl::Status SaveModel(const std::string& folder, const VitNepa& model, const VitNepa* ema) {
  NEPA_RETURN_IF_ERROR(io::MakeFolders(folder));
  NEPA_RETURN_IF_ERROR(io::WriteFileAtomically(absl::StrCat(folder, "/", kConfigFile),
                                               ToConfigJson(model.config())));
  NEPA_RETURN_IF_ERROR(
      WriteSafetensors(absl::StrCat(folder, "/", kWeightsFile), model.parameters()));
  if (ema == nullptr) return absl::OkStatus();
  return WriteSafetensors(absl::StrCat(folder, "/", kEmaFile), ema->parameters());
}

}  // namespace nepa::model
