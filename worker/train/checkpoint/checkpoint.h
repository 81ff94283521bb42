// What a checkpoint holds, and how it gets into a folder and out of it again.
// docs/formats/checkpoint.md describes the folder.
//
// Errors: as common/io/file.h for the file system; reading also DATA_LOSS, which names the file
// that is damaged, and NOT_FOUND.
#ifndef NEPA_WORKER_TRAIN_CHECKPOINT_CHECKPOINT_H_
#define NEPA_WORKER_TRAIN_CHECKPOINT_CHECKPOINT_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config/model_config.h"
#include "common/manifest/manifest.h"
#include "worker/train/checkpoint/folder.h"
#include "worker/train/checkpoint/trainer_state.h"
#include "worker/train/model/parameters.h"
#include "worker/train/model/safetensors.h"

namespace nepa::checkpoint {

inline constexpr char kOptimizerFile[] = "optimizer.safetensors";
inline constexpr char kTrainerFile[] = "trainer.json";

// Tensors are those of the running training, or copies of them.
struct Content {
  config::ModelConfig config;
  std::vector<model::NamedTensor> weights;
  std::vector<model::NamedTensor> ema;        // empty: none is kept
  std::vector<model::NamedTensor> optimizer;  // moments, by names of the optimizer's own
  TrainerState state;
};

// Writes `content` under its step's and attempt's name into `checkpoints_folder`. `before_commit`,
// where given, runs once the files are written and before the folder gets its name: what must be on
// the disk no later than the checkpoint.
absl::StatusOr<Committed> Write(const std::string& checkpoints_folder, const Content& content,
                                const std::function<absl::Status()>& before_commit = nullptr);

struct Loaded {
  config::ModelConfig config;
  model::TensorMap weights;
  model::TensorMap ema;
  model::TensorMap optimizer;
  TrainerState state;
};

// Reads `folder`, after checking every file against the manifest.
absl::StatusOr<Loaded> Load(const std::string& folder);
// The two halves of it, for who must tell a damaged folder from a whole one that does not serve:
// Verify() fails as manifest::Verify does, and what fails after it is no damage.
absl::StatusOr<manifest::Manifest> Verify(const std::string& folder);
absl::StatusOr<Loaded> LoadVerified(const std::string& folder, const manifest::Manifest& manifest);

}  // namespace nepa::checkpoint

#endif  // NEPA_WORKER_TRAIN_CHECKPOINT_CHECKPOINT_H_
