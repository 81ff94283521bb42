// A job file's training data, with what the loader would do to it.
#ifndef NEPA_WORKER_TRAIN_TOOL_TRAINING_DATA_H_
#define NEPA_WORKER_TRAIN_TOOL_TRAINING_DATA_H_

#include <memory>

#include "absl/status/statusor.h"
#include "worker/train/data/loader.h"
#include "worker/train/tool/data_command.h"

namespace nepa::tool {

struct TrainingData {
  config::JobFile job;
  std::shared_ptr<const data::Dataset> dataset;
  data::LoaderOptions options;
};

// The image size is the model's, or that of `flags`. INVALID_ARGUMENT where the file is wrong or
// names a model that isn't here.
absl::StatusOr<TrainingData> OpenTrainingData(const DataFlags& flags);

}  // namespace nepa::tool

#endif  // NEPA_WORKER_TRAIN_TOOL_TRAINING_DATA_H_
