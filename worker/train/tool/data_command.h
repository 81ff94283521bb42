// The parts of `nepa-model data`.
#ifndef NEPA_WORKER_TRAIN_TOOL_DATA_COMMAND_H_
#define NEPA_WORKER_TRAIN_TOOL_DATA_COMMAND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "worker/train/tool/command.h"

namespace nepa::tool {

struct DataFlags {
  std::string file;
  std::vector<std::string> overrides;  // --set
  // Instead of the model's, which may be out of reach (`model.from: job/…`).
  int64_t image_size = 0;
  int64_t channels = 0;
  // preview
  std::string output;
  int64_t count = 16;
  // benchmark
  double seconds = 5;
};

// Opens the data of the job file and reads every image. INVALID_ARGUMENT once everything wrong has
// been printed.
absl::Status CheckData(const DataFlags& flags, const Globals& globals);

// Writes the first `count` samples of the first epoch, augmented, as PNG files into `output`.
absl::Status PreviewData(const DataFlags& flags, const Globals& globals);

// Prepares training samples for `seconds`.
absl::Status BenchmarkData(const DataFlags& flags, const Globals& globals);

// As many as asked for, or one for each processor.
int DataThreads(const Globals& globals);

}  // namespace nepa::tool

#endif  // NEPA_WORKER_TRAIN_TOOL_DATA_COMMAND_H_
