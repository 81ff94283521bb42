#include "common/config/model_presets.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace nepa::config {
namespace {

ModelConfig Large() {
  ModelConfig config;
  config.hidden_size = 1024;
  config.num_hidden_layers = 24;
  config.num_attention_heads = 16;
  config.intermediate_size = 4096;
  config.qk_norm_affine = true;
  return config;
}

// The width of a gated MLP that costs as much as the plain one: two thirds of it.
ModelConfig WithSwiglu(ModelConfig config, int64_t intermediate_size) {
  config.use_gated_mlp = true;
  config.hidden_act = Activation::kSilu;
  config.intermediate_size = intermediate_size;
  return config;
}

// For 28 x 28 grey images such as Fashion-MNIST's. LayerScale starts at 0.5: with 1e-5, a network
// this shallow gains nothing from a run this short.
ModelConfig Fashion(int64_t width, int64_t layers, int64_t heads, int64_t patch_size) {
  ModelConfig config;
  config.hidden_size = width;
  config.num_hidden_layers = layers;
  config.num_attention_heads = heads;
  config.intermediate_size = 4 * width;
  config.image_size = 28;
  config.patch_size = patch_size;
  config.num_channels = 1;
  config.layerscale_value = 0.5;
  return config;
}

bool IsShare(double value) { return value >= 0 && value < 1; }  // false for NaN

}  // namespace

const std::vector<ModelPreset>& ModelPresets() {
  static const auto& presets = *new std::vector<ModelPreset>{
      {"nepa-base-patch14-224", "the paper's base model, GELU: 86 million parameters",
       ModelConfig()},
      {"nepa-large-patch14-224", "the paper's large model, GELU: 303 million parameters", Large()},
      {"nepa-base-patch14-224-swiglu", "base with a gated MLP (SwiGLU) of the same cost",
       WithSwiglu(ModelConfig(), 2048)},
      {"nepa-large-patch14-224-swiglu", "large with a gated MLP (SwiGLU) of about the same cost",
       WithSwiglu(Large(), 2736)},
      {"nepa-fashion-patch7-28", "for 28 x 28 grey images: width 128, 4 blocks, patch 7",
       Fashion(128, 4, 4, 7)},
      {"nepa-fashion-patch4-28", "for 28 x 28 grey images: width 192, 6 blocks, patch 4",
       Fashion(192, 6, 6, 4)},
  };
  return presets;
}

const ModelPreset* FindModelPreset(absl::string_view name) {
  for (const ModelPreset& preset : ModelPresets()) {
    if (absl::string_view(preset.name) == name) return &preset;
  }
  return nullptr;
}

std::vector<ModelFault> ModelFaults(const ModelConfig& config) {
  std::vector<ModelFault> faults;
  const auto in_range = [&faults](const char* field, int64_t value, int64_t min, int64_t max) {
    if (value >= min && value <= max) return true;
    faults.push_back({field, absl::StrCat(value, " is out of range; allowed: a whole number, ", min,
                                          " to ", max)});
    return false;
  };
  const auto share = [&faults](const char* field, double value) {
    if (IsShare(value)) return;
    faults.push_back({field, absl::StrCat(value, " is out of range; allowed: 0 to below 1")});
  };
  const bool width = in_range("hidden_size", config.hidden_size, 4, kMostHiddenSize);
  const bool heads = in_range("num_attention_heads", config.num_attention_heads, 1, kMostHeads);
  in_range("num_hidden_layers", config.num_hidden_layers, 1, kMostLayers);
  in_range("intermediate_size", config.intermediate_size, 1, kMostIntermediateSize);
  in_range("num_channels", config.num_channels, 1, kMostChannels);
  const bool image = in_range("image_size", config.image_size, 1, kMostPixels);
  const bool patch = in_range("patch_size", config.patch_size, 1, kMostPixels);
  if (width && heads) {
    if (config.hidden_size % config.num_attention_heads != 0) {
      faults.push_back({"hidden_size", absl::StrCat(config.hidden_size, " is not a multiple of ",
                                                    config.num_attention_heads,
                                                    ", the number of attention heads")});
    } else if (config.head_dim() % 4 != 0) {
      faults.push_back({"num_attention_heads",
                        absl::StrCat("a head would be ", config.head_dim(), " wide (hidden_size ",
                                     config.hidden_size, " / ", config.num_attention_heads,
                                     " heads); the rotary embedding needs a multiple of 4")});
    }
  }
  if (image && patch) {
    if (config.image_size % config.patch_size != 0) {
      faults.push_back({"patch_size", absl::StrCat("image_size ", config.image_size,
                                                   " is not a multiple of ", config.patch_size)});
    } else if (config.patch_count() > kMostPatches) {
      faults.push_back({"patch_size", absl::StrCat("cuts the image into ", config.patch_count(),
                                                   " patches; allowed: at most ", kMostPatches)});
    }
  }
  share("hidden_dropout_prob", config.hidden_dropout_prob);
  share("attention_probs_dropout_prob", config.attention_probs_dropout_prob);
  share("drop_path_prob", config.drop_path_prob);
  for (const auto& [field, value] : {std::pair{"initializer_range", config.initializer_range},
                                     std::pair{"layer_norm_eps", config.layer_norm_eps},
                                     std::pair{"rope_theta", config.rope_theta}}) {
    if (std::isfinite(value) && value >= 0 && (value > 0 || field[0] == 'i')) continue;
    faults.push_back({field, absl::StrCat(value, " is out of range; allowed: above 0")});
  }
  if (config.qk_norm_affine && !config.qk_norm) {
    faults.push_back({"qk_norm_affine", "needs qk_norm: true"});
  }
  if (config.qk_norm_bias && !config.qk_norm_affine) {
    faults.push_back({"qk_norm_bias", "needs qk_norm_affine: true"});
  }
  return faults;
}

}  // namespace nepa::config
