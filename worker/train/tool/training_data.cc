#include "worker/train/tool/training_data.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "worker/train/model/model_folder.h"
#include "worker/train/tool/job_file_argument.h"

namespace nepa::tool {
namespace {

absl::StatusOr<config::ModelConfig> ModelOf(const config::JobSpec& spec, const DataFlags& flags) {
  config::ModelConfig config = spec.model.config;
  const std::string& from = spec.model.from;
  const bool sizes_given = flags.image_size > 0 && flags.channels > 0;
  if (!from.empty() && !sizes_given) {
    if (absl::StartsWith(from, "job/") || absl::StartsWith(from, "checkpoint/")) {
      return absl::InvalidArgumentError(
          absl::StrCat("model.from is ", from, ", which only a cluster knows; say --image-size ",
                       "and --channels"));
    }
    NEPA_ASSIGN_OR_RETURN(const config::ModelConfig source, model::ReadModelConfig(from));
    config = model::StartConfig(source,
                                {.fields = spec.model.config, .overrides = spec.model.overrides});
  }
  if (flags.image_size > 0) config.image_size = flags.image_size;
  if (flags.channels > 0) config.num_channels = flags.channels;
  return config;
}

}  // namespace

absl::StatusOr<TrainingData> OpenTrainingData(const DataFlags& flags) {
  TrainingData training;
  NEPA_ASSIGN_OR_RETURN(training.job, ReadJobFileArgument(flags.file, flags.overrides));
  const config::JobSpec& spec = training.job.spec;
  NEPA_ASSIGN_OR_RETURN(const config::ModelConfig model, ModelOf(spec, flags));
  NEPA_ASSIGN_OR_RETURN(training.options, data::TrainingLoaderOptions(spec, model));
  NEPA_ASSIGN_OR_RETURN(training.dataset, data::OpenDataset(spec.data.train, spec.seed));
  if (training.dataset->count() == 0) {
    return absl::InvalidArgumentError(absl::StrCat(spec.data.train.path, ": holds no images"));
  }
  return training;
}

}  // namespace nepa::tool
