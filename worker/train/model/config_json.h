// config.json of a model folder, as the public Python implementation reads and writes it.
//
// Pure: no I/O.
#ifndef NEPA_WORKER_TRAIN_MODEL_CONFIG_JSON_H_
#define NEPA_WORKER_TRAIN_MODEL_CONFIG_JSON_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/config/model_config.h"

namespace nepa::model {

// The text of config.json for float32 weights; ForImageClassification exactly if there are labels.
std::string ToConfigJson(const config::ModelConfig& config);

// Unknown keys are ignored, missing ones take the public implementation's defaults.
// INVALID_ARGUMENT names every key with a wrong type or value, and sizes that don't fit each other.
absl::StatusOr<config::ModelConfig> ParseConfigJson(absl::string_view text);

// `base` with the fields called `names` (config.json's names; "labels" for the class names) taken
// from `source`: how a job file's single fields override the config of the model it starts from.
// Unknown names are ignored.
config::ModelConfig OverrideFields(const config::ModelConfig& base,
                                   const config::ModelConfig& source,
                                   const std::vector<std::string>& names);

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_CONFIG_JSON_H_
