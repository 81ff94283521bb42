#include "worker/train/model/model_folder.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
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

OutlineMap Outlines(const TensorMap& tensors) {
  OutlineMap outlines;
  for (const auto& [name, tensor] : tensors) {
    outlines[name] = {tensor.scalar_type(), tensor.sizes().vec()};
  }
  return outlines;
}

// Parts that a model which starts from another one may add, with the value they start at.
std::optional<double> AddedValue(const std::string& name) {
  if (absl::StartsWith(name, "classifier.")) return 0.0;
  const bool norm = absl::StartsWith(name, "fc_norm.") || absl::StrContains(name, ".q_norm.") ||
                    absl::StrContains(name, ".k_norm.");
  if (!norm) return std::nullopt;
  return absl::EndsWith(name, ".weight") ? 1.0 : 0.0;
}

// Whether the weights of a model with config `source` leave `name` to start at AddedValue().
bool IsAdded(const std::string& name, bool found, const config::ModelConfig& source,
             const config::ModelConfig& target) {
  if (!AddedValue(name).has_value()) return false;
  const bool replaced = absl::StartsWith(name, "classifier.") && source.labels != target.labels;
  return !found || replaced;
}

// The block that a tensor belongs to; -1 for none.
int64_t BlockOf(absl::string_view name) {
  int64_t block = -1;
  if (!absl::ConsumePrefix(&name, "vit_nepa.encoder.layer.")) return block;
  return absl::SimpleAtoi(name.substr(0, name.find('.')), &block) ? block : -1;
}

// What is wrong with one tensor of the file; empty where it fits.
std::string Misfit(const NamedTensor& parameter, const OutlineMap& found) {
  const auto outline = found.find(parameter.name);
  if (outline == found.end()) return absl::StrCat(parameter.name, " is missing");
  if (parameter.tensor.sizes() != outline->second.shape) {
    return absl::StrCat(parameter.name, " has shape ", Shape(outline->second.shape), ", not ",
                        Shape(parameter.tensor.sizes()));
  }
  if (!at::isFloatingType(outline->second.type)) {
    return absl::StrCat(parameter.name, " holds ", at::toString(outline->second.type),
                        " values; weights are F32, F64, F16 or BF16");
  }
  return "";
}

// Whether the tensors of `source` are those of a model of `config`; `parameters` are the ones that
// it must have.
absl::Status CheckFit(const OutlineMap& found, const std::string& source,
                      const config::ModelConfig& config,
                      const std::vector<NamedTensor>& parameters) {
  std::vector<std::string> faults;
  for (const NamedTensor& parameter : parameters) {
    if (std::string misfit = Misfit(parameter, found); !misfit.empty()) {
      faults.push_back(std::move(misfit));
    }
  }
  std::set<int64_t> blocks;
  for (const auto& [name, outline] : found) blocks.insert(BlockOf(name));
  for (auto block = blocks.lower_bound(config.num_hidden_layers); block != blocks.end(); ++block) {
    faults.push_back(absl::StrCat("vit_nepa.encoder.layer.", *block,
                                  " is beyond num_hidden_layers, ", config.num_hidden_layers));
  }
  if (faults.empty()) return absl::OkStatus();
  const size_t count = faults.size();
  faults.resize(std::min(count, kMaxListed));
  return absl::InvalidArgumentError(absl::StrCat(
      "the tensors of ", source, " do not fit the model's config: ", absl::StrJoin(faults, "; "),
      count > kMaxListed ? absl::StrCat("; and ", count - kMaxListed, " more") : ""));
}

// What a model of `config` takes from weights that hold `found`; without memory for values, so that
// a config.json can ask for none that its weights don't fill.
std::vector<NamedTensor> Needed(const config::ModelConfig& config,
                                const config::ModelConfig& source, const OutlineMap& found) {
  std::vector<NamedTensor> needed;
  for (NamedTensor& parameter : AllocateParameters(config, at::kMeta).named) {
    const bool is_there = found.contains(parameter.name);
    if (!IsAdded(parameter.name, is_there, source, config)) needed.push_back(std::move(parameter));
  }
  return needed;
}

// A missing file in the words of a person who gave the folder.
absl::Status FileFault(const std::string& folder, const char* file, const absl::Status& status) {
  if (!absl::IsNotFound(status)) return status;
  return absl::NotFoundError(absl::StrCat(
      folder, " has no ", file, "; a model folder holds ", kConfigFile, " and ", kWeightsFile,
      file == kEmaFile ? absl::StrCat(", and for model.ema also ", kEmaFile) : ""));
}

}  // namespace

absl::StatusOr<config::ModelConfig> ReadModelConfig(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/", kConfigFile);
  const absl::StatusOr<std::string> read = io::ReadFile(path, kMaxConfigBytes);
  if (absl::IsNotFound(read.status())) {
    return absl::NotFoundError(absl::StrCat(read.status().message(), "; a model folder holds ",
                                            kConfigFile, " and ", kWeightsFile));
  }
  NEPA_ASSIGN_OR_RETURN(const std::string text, read);
  absl::StatusOr<config::ModelConfig> config = ParseConfigJson(text);
  if (!config.ok()) return Annotate(config.status(), absl::StrCat("reading ", path));
  return config;
}

absl::Status CopyWeights(const TensorMap& tensors, const std::string& source, VitNepa& model) {
  NEPA_RETURN_IF_ERROR(CheckFit(Outlines(tensors), source, model.config(), model.parameters()));
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
  NEPA_RETURN_IF_ERROR(
      CheckFit(Outlines(tensors), path, config, AllocateParameters(config, at::kMeta).named));
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
  const config::ModelConfig config = StartConfig(source, options);
  const OutlineMap outlines = Outlines(tensors);
  NEPA_RETURN_IF_ERROR(CheckFit(outlines, path, config, Needed(config, source, outlines)));
  VitNepa model = VitNepa::Zeros(config, options.device);
  for (const NamedTensor& parameter : model.parameters()) {
    const std::string& name = parameter.name;
    if (IsAdded(name, tensors.contains(name), source, model.config())) {
      tensors[name] = at::full(parameter.tensor.sizes(), *AddedValue(name), at::kFloat);
    }
  }
  NEPA_RETURN_IF_ERROR(CopyWeights(tensors, path, model));
  for (const NamedTensor& parameter : model.parameters()) parameter.tensor.requires_grad_(true);
  return model;
}

StartCheck CheckStart(const std::string& folder, const StartOptions& options) {
  StartCheck check;
  const auto fault = [&](const char* file, const absl::Status& status) {
    check.faults.push_back(FileFault(folder, file, status));
  };
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    check.faults.push_back(absl::NotFoundError(absl::StrCat(
        folder, std::filesystem::exists(folder, error) ? " is no folder" : ": no such folder",
        "; a model folder holds ", kConfigFile, " and ", kWeightsFile)));
    return check;
  }
  const char* const weights = options.ema ? kEmaFile : kWeightsFile;
  const std::string path = absl::StrCat(folder, "/", weights);
  const auto source = ReadModelConfig(folder);
  const auto outlines = ReadSafetensorsOutlines(path);
  if (!source.ok()) fault(kConfigFile, source.status());
  if (!outlines.ok()) fault(weights, outlines.status());
  if (!source.ok()) return check;

  const config::ModelConfig config = StartConfig(*source, options);
  check.config = config;
  if (!outlines.ok()) return check;
  const std::vector<NamedTensor> needed = Needed(config, *source, *outlines);
  if (absl::Status fit = CheckFit(*outlines, path, config, needed); !fit.ok()) {
    check.faults.push_back(std::move(fit));
  }
  return check;
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
