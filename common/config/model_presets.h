// Named model shapes, and what makes a shape impossible.
//
// Pure; any thread.
#ifndef NEPA_COMMON_CONFIG_MODEL_PRESETS_H_
#define NEPA_COMMON_CONFIG_MODEL_PRESETS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/config/job_spec.h"
#include "common/config/model_config.h"

namespace nepa::config {

struct ModelPreset {
  std::string name;
  std::string doc;
  ModelConfig config;  // as in pretraining
};

// In the order they are shown to people; the first is the default.
const std::vector<ModelPreset>& ModelPresets();

// Null where there is none of that name.
const ModelPreset* FindModelPreset(absl::string_view name);

struct ModelFault {
  std::string field;    // of config.json, e.g. "hidden_size"
  std::string message;  // what is wrong, and what is allowed
};

// What makes `config` impossible; empty where it can be built. Call it on any configuration that
// came from outside (job file, config.json) before allocating by it.
std::vector<ModelFault> ModelFaults(const ModelConfig& config);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_MODEL_PRESETS_H_
