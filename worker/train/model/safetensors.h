// Files of named tensors in the safetensors format.
//
// Any thread, if no two write the same path. Errors: as common/io/file.h for the file system;
// DATA_LOSS for a file that is cut off or whose header contradicts itself; INVALID_ARGUMENT for a
// tensor that the format or this library cannot hold.
#ifndef NEPA_WORKER_TRAIN_MODEL_SAFETENSORS_H_
#define NEPA_WORKER_TRAIN_MODEL_SAFETENSORS_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/train/model/parameters.h"

namespace nepa::model {

using TensorMap = std::map<std::string, at::Tensor>;

// What a file's header says of a tensor.
struct TensorOutline {
  at::ScalarType type = at::kFloat;
  std::vector<int64_t> shape;
};
using OutlineMap = std::map<std::string, TensorOutline>;

// The tensors of the file without their values: reads the header alone, and holds it against the
// file's size.
absl::StatusOr<OutlineMap> ReadSafetensorsOutlines(const std::string& path);

// Every tensor of the file with its own dtype, in memory of the CPU. All offsets and sizes are
// checked before anything is allocated.
absl::StatusOr<TensorMap> ReadSafetensors(const std::string& path);

// Writes `tensors` (any device; stored contiguous, sorted by name) with __metadata__
// {"format": "pt"}, as transformers does. After OK the file is whole and on the disk; after an
// error or a crash it is what it was before.
absl::Status WriteSafetensors(const std::string& path, const std::vector<NamedTensor>& tensors);
absl::Status WriteSafetensors(const std::string& path, const TensorMap& tensors);

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_SAFETENSORS_H_
