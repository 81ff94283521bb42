#include "worker/train/model/config_json.h"

#include <map>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config/model_presets.h"
#include "common/json_text/json_text.h"

namespace nepa::model {
namespace {

using config::Activation;
using config::ModelConfig;
using nlohmann::json;

// The one table of keys: `visit(name, member)` for each plain field, in both directions.
template <typename Config, typename Visit>
void VisitFields(Config& config, Visit&& visit) {
  visit("hidden_size", config.hidden_size);
  visit("num_hidden_layers", config.num_hidden_layers);
  visit("num_attention_heads", config.num_attention_heads);
  visit("intermediate_size", config.intermediate_size);
  visit("use_gated_mlp", config.use_gated_mlp);
  visit("hidden_act", config.hidden_act);
  visit("hidden_dropout_prob", config.hidden_dropout_prob);
  visit("attention_probs_dropout_prob", config.attention_probs_dropout_prob);
  visit("initializer_range", config.initializer_range);
  visit("layer_norm_eps", config.layer_norm_eps);
  visit("rope_theta", config.rope_theta);
  visit("image_size", config.image_size);
  visit("patch_size", config.patch_size);
  visit("num_channels", config.num_channels);
  visit("qkv_bias", config.qkv_bias);
  visit("qk_norm", config.qk_norm);
  visit("qk_norm_affine", config.qk_norm_affine);
  visit("qk_norm_bias", config.qk_norm_bias);
  visit("layerscale_value", config.layerscale_value);
  visit("drop_path_prob", config.drop_path_prob);
  visit("add_pooling_layer", config.add_pooling_layer);
  visit("is_causal", config.is_causal);
  visit("pos_embed_shift", config.pos_embed_shift);
  visit("pos_embed_jitter", config.pos_embed_jitter);
  visit("pos_embed_rescale", config.pos_embed_rescale);
}

struct ToJson {
  json& out;
  void operator()(const char* name, bool value) const { out[name] = value; }
  void operator()(const char* name, int64_t value) const { out[name] = value; }
  void operator()(const char* name, double value) const { out[name] = value; }
  void operator()(const char* name, const std::optional<double>& value) const {
    out[name] = value ? json(*value) : json(nullptr);
  }
  void operator()(const char* name, Activation value) const {
    out[name] = value == Activation::kGelu ? "gelu" : "silu";
  }
};

struct FromJson {
  const json& in;
  std::vector<std::string>& faults;

  void Fault(const char* name, const char* allowed) const {
    faults.push_back(absl::StrCat(name, " is ", in[name].dump(), ", but must be ", allowed));
  }
  void operator()(const char* name, bool& value) const {
    if (!in.contains(name)) return;
    if (!in[name].is_boolean()) return Fault(name, "true or false");
    value = in[name];
  }
  void operator()(const char* name, int64_t& value) const {
    if (!in.contains(name)) return;
    if (!in[name].is_number_integer()) return Fault(name, "a whole number");
    value = in[name];
  }
  void operator()(const char* name, double& value) const {
    if (!in.contains(name)) return;
    if (!in[name].is_number()) return Fault(name, "a number");
    value = in[name];
  }
  void operator()(const char* name, std::optional<double>& value) const {
    if (!in.contains(name)) return;
    if (in[name].is_null()) {
      value.reset();
    } else if (in[name].is_number()) {
      value = in[name].get<double>();
    } else {
      Fault(name, "a number or null");
    }
  }
  void operator()(const char* name, Activation& value) const {
    if (!in.contains(name)) return;
    if (in[name] == "gelu") {
      value = Activation::kGelu;
    } else if (in[name] == "silu" || in[name] == "swish") {
      value = Activation::kSilu;
    } else {
      Fault(name, "\"gelu\" (the exact form) or \"silu\"");
    }
  }
};

bool IsClassifier(const json& in) {
  if (!in.contains("architectures") || !in["architectures"].is_array())
    return in.contains("id2label");
  for (const json& name : in["architectures"]) {
    if (name == "ViTNepaForImageClassification") return true;
  }
  return false;
}

// transformers leaves id2label out when it is its default of two classes.
void ReadLabels(const json& in, std::vector<std::string>& labels,
                std::vector<std::string>& faults) {
  int64_t count = in.contains("num_labels") && in["num_labels"].is_number_integer()
                      ? in["num_labels"].get<int64_t>()
                      : 2;
  const json names = in.contains("id2label") ? in["id2label"] : json();
  if (names.is_object()) count = static_cast<int64_t>(names.size());
  if (count < 1 || count > 1000000) {
    faults.push_back(absl::StrCat("num_labels is ", count, ", but must be 1 to 1000000"));
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    const std::string key = absl::StrCat(i);
    if (names.is_object() && !(names.contains(key) && names[key].is_string())) {
      faults.push_back(absl::StrCat("id2label has no name for class ", i));
      return;
    }
    labels.push_back(names.is_object() ? names[key].get<std::string>() : absl::StrCat("LABEL_", i));
  }
}

// What makes the shape impossible. Less strict than for a job file: the public implementation takes
// options that have no effect, and ignores what is left of a last, incomplete patch.
void CheckShape(ModelConfig config, std::vector<std::string>& faults) {
  if (config.patch_size > 0 && config.patch_size <= config.image_size) {
    config.image_size -= config.image_size % config.patch_size;
  }
  config.qk_norm_affine = config.qk_norm_affine && config.qk_norm;
  config.qk_norm_bias = config.qk_norm_bias && config.qk_norm_affine;
  for (const config::ModelFault& fault : config::ModelFaults(config)) {
    faults.push_back(absl::StrCat(fault.field, ": ", fault.message));
  }
}

}  // namespace

std::string ToConfigJson(const ModelConfig& config) {
  json out;
  VisitFields(config, ToJson{out});
  out["model_type"] = "vit_nepa";
  out["dtype"] = "float32";
  // The version whose layout this is; transformers compares it with its own.
  out["transformers_version"] = "4.56.2";
  out["architectures"] = {config.labels.empty() ? "ViTNepaForPreTraining"
                                                : "ViTNepaForImageClassification"};
  for (size_t i = 0; i < config.labels.size(); ++i) {
    out["id2label"][absl::StrCat(i)] = config.labels[i];
    out["label2id"][config.labels[i]] = i;
  }
  return out.dump(2) + "\n";
}

absl::StatusOr<ModelConfig> ParseConfigJson(absl::string_view text) {
  const json in = json_text::Parse({text.data(), text.size()});
  if (!in.is_object()) return absl::InvalidArgumentError("it is not a JSON object");
  std::vector<std::string> faults;
  if (in.contains("model_type") && in["model_type"] != "vit_nepa") {
    faults.push_back(
        absl::StrCat("model_type is ", in["model_type"].dump(), ", but must be \"vit_nepa\""));
  }
  ModelConfig config;
  VisitFields(config, FromJson{in, faults});
  if (IsClassifier(in)) ReadLabels(in, config.labels, faults);
  CheckShape(config, faults);
  if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "; "));
  return config;
}

ModelConfig OverrideFields(const ModelConfig& base, const ModelConfig& source,
                           const std::vector<std::string>& names) {
  json taken, given;
  VisitFields(source, ToJson{given});
  ModelConfig result = base;
  for (const std::string& name : names) {
    if (name == "labels") result.labels = source.labels;
    if (given.contains(name)) taken[name] = given[name];
  }
  std::vector<std::string> faults;  // none: the values come from a config
  VisitFields(result, FromJson{taken, faults});
  return result;
}

}  // namespace nepa::model
