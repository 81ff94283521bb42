// Model folders in Hugging Face's layout: config.json, model.safetensors (raw weights) and
// model_ema.safetensors (EMA weights), in both directions.
//
// Errors: as safetensors.h; NOT_FOUND names the file that is missing; INVALID_ARGUMENT lists the
// tensors that are missing, or of another kind, shape or number of layers than config.json says.
#ifndef NEPA_WORKER_TRAIN_MODEL_MODEL_FOLDER_H_
#define NEPA_WORKER_TRAIN_MODEL_MODEL_FOLDER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config/model_config.h"
#include "worker/train/model/safetensors.h"
#include "worker/train/model/vit_nepa.h"

namespace nepa::model {

inline constexpr char kConfigFile[] = "config.json";
inline constexpr char kWeightsFile[] = "model.safetensors";
inline constexpr char kEmaFile[] = "model_ema.safetensors";

absl::StatusOr<config::ModelConfig> ReadModelConfig(const std::string& folder);

// The model exactly as the folder says.
absl::StatusOr<VitNepa> LoadModel(const std::string& folder, bool ema = false,
                                  at::Device device = at::kCPU);

struct StartOptions {
  bool ema = false;                    // start from the EMA weights
  std::vector<std::string> labels;     // class names; empty: pretraining, without a classifier
  config::ModelConfig fields;          // values of the fields named in `overrides`
  std::vector<std::string> overrides;  // config.json names
  at::Device device = at::kCPU;
};

// The config a training has that starts from a folder with config `source`: with labels, attention
// is bidirectional; then the overrides count.
config::ModelConfig StartConfig(const config::ModelConfig& source, const StartOptions& options);

// A model to be trained further. What a classifier adds to a pretrained model starts as the recipe
// says: classifier 0, fc_norm 1 and 0; so do q_norm and k_norm (1 and 0) where an override turns
// their affine form on. A classifier of the same classes is kept. Tensors that the new config has
// no place for are left behind; any other difference is INVALID_ARGUMENT.
absl::StatusOr<VitNepa> StartFromModel(const std::string& folder, const StartOptions& options);

// What StartFromModel would start, and everything for which it would refuse: looks at config.json
// and at the header of the weights, never at the weights.
struct StartCheck {
  std::optional<config::ModelConfig> config;  // as it would be trained; none if it cannot be read
  std::vector<absl::Status> faults;
};
StartCheck CheckStart(const std::string& folder, const StartOptions& options);

// Writes config.json and model.safetensors into `folder` (made if missing), and
// model_ema.safetensors where `ema` is given (the same config).
absl::Status SaveModel(const std::string& folder, const VitNepa& model,
                       const VitNepa* ema = nullptr);

// Copies `tensors` into the model's parameters of the same names, converting to float32. All names
// must be there with the right shapes; others are ignored. `source` is for messages.
absl::Status CopyWeights(const TensorMap& tensors, const std::string& source, VitNepa& model);

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_MODEL_FOLDER_H_
