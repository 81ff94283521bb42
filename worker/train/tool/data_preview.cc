#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "common/base/status.h"
#include "common/frames/json_fields.h"
#include "common/io/file.h"
#include "worker/train/data/encode_png.h"
#include "worker/train/tool/data_command.h"
#include "worker/train/tool/training_data.h"

namespace nepa::tool {
namespace {

// Sample `i` of a batch as a PNG file; returns its path.
absl::StatusOr<std::string> WriteSample(const data::Batch& batch, int64_t i,
                                        const data::TransformOptions& options,
                                        const std::string& folder) {
  const size_t floats = static_cast<size_t>(batch.channels * batch.image_size * batch.image_size);
  const data::Image image =
      data::PixelsToImage({batch.pixels.get() + static_cast<size_t>(i) * floats, floats},
                          static_cast<int>(batch.channels), static_cast<int>(batch.image_size),
                          options.mean, options.deviation);
  NEPA_ASSIGN_OR_RETURN(const std::string png, data::EncodePng(image.view()));
  const std::string path =
      absl::StrFormat("%s/%04d-sample-%d-class-%d.png", folder, batch.first_position + i,
                      batch.samples[i], batch.labels[i]);
  NEPA_RETURN_IF_ERROR(io::WriteFileAtomically(path, png));
  return path;
}

}  // namespace

absl::Status PreviewData(const DataFlags& flags, const Globals& globals) {
  NEPA_ASSIGN_OR_RETURN(TrainingData training, OpenTrainingData(flags));
  data::LoaderOptions& options = training.options;
  // The first samples of the first batch, whatever the size of a whole one; with as many of them
  // mixed as in training.
  options.last = config::LastBatch::kKeep;
  options.micro_batch = std::min<int64_t>(flags.count, 128);
  options.digests = false;
  options.threads = DataThreads(globals);
  NEPA_ASSIGN_OR_RETURN(const std::unique_ptr<data::Loader> loader,
                        data::Loader::Start(training.dataset, options));
  NEPA_RETURN_IF_ERROR(io::MakeFolders(flags.output));
  std::vector<std::string> paths;
  while (static_cast<int64_t>(paths.size()) < flags.count) {
    NEPA_ASSIGN_OR_RETURN(const data::Batch batch, loader->Next());
    if (batch.epoch > 0 || batch.batch > 0) break;
    for (int64_t i = 0; i < batch.size() && static_cast<int64_t>(paths.size()) < flags.count; ++i) {
      NEPA_ASSIGN_OR_RETURN(std::string path,
                            WriteSample(batch, i, options.transform, flags.output));
      paths.push_back(std::move(path));
    }
  }
  if (globals.json) {
    std::cout << frames::Dump(nlohmann::json{{"files", paths}}) << "\n";
  } else {
    std::cout << paths.size() << " samples in " << flags.output << "\n";
  }
  return absl::OkStatus();
}

}  // namespace nepa::tool
