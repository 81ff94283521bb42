#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status.h"
#include "common/frames/json_fields.h"
#include "worker/train/data/survey.h"
#include "worker/train/tool/data_command.h"
#include "worker/train/tool/training_data.h"

namespace nepa::tool {

absl::Status BenchmarkData(const DataFlags& flags, const Globals& globals) {
  NEPA_ASSIGN_OR_RETURN(const TrainingData training, OpenTrainingData(flags));
  const int threads = DataThreads(globals);
  const data::LoadingRate rate =
      data::MeasureLoading(*training.dataset, training.options.transform, training.job.spec.seed,
                           threads, absl::Seconds(flags.seconds));
  if (rate.images == 0) {
    return absl::InvalidArgumentError(absl::StrCat(flags.file, ": none of the ", rate.skipped,
                                                   " images tried could be read; ",
                                                   "`nepa-model data check` says why"));
  }
  const double images_per_second =
      static_cast<double>(rate.images) / absl::ToDoubleSeconds(rate.time);
  if (globals.json) {
    const nlohmann::json out = {{"images_per_second", images_per_second},
                                {"threads", threads},
                                {"images", rate.images},
                                {"skipped", rate.skipped}};
    std::cout << frames::Dump(out) << "\n";
    return absl::OkStatus();
  }
  std::cout << absl::StrFormat(
      "%.0f images/s on %d threads, %.0f a thread; %d images, %d that can't be read\n",
      images_per_second, threads, images_per_second / threads, rate.images, rate.skipped);
  return absl::OkStatus();
}

}  // namespace nepa::tool
