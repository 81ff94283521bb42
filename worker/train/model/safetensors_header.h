// The header of a safetensors file: what it says of each tensor, checked against itself and the
// file's size before anyone asks for memory. LibTorch is not needed for this.
//
// Pure. Any thread.
#ifndef NEPA_WORKER_TRAIN_MODEL_SAFETENSORS_HEADER_H_
#define NEPA_WORKER_TRAIN_MODEL_SAFETENSORS_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nepa::model {

// A file begins with the length of its header, little-endian; the format's own bound for it.
inline constexpr size_t kHeaderLengthBytes = 8;
inline constexpr uint64_t kMaxHeaderBytes = 100 << 20;

// The dtypes that are read here.
struct DtypeName {
  std::string_view name;
  uint64_t bytes;  // of one value
};
inline constexpr DtypeName kDtypeNames[] = {
    {"F32", 4}, {"F64", 8}, {"F16", 2}, {"BF16", 2}, {"I64", 8},
    {"I32", 4}, {"I16", 2}, {"I8", 1},  {"U8", 1},   {"BOOL", 1},
};

struct TensorEntry {
  std::string name;
  std::string_view dtype;  // one of kDtypeNames
  std::vector<int64_t> shape;
  uint64_t begin = 0, end = 0;  // of its bytes, within the data
};

// DATA_LOSS if a header of `header_bytes` is beyond the bound, or more than the file holds.
absl::Status CheckHeaderLength(const std::string& path, uint64_t header_bytes, uint64_t file_bytes);

// The tensors in the order of their bytes, which cover `data_bytes` without hole or overlap; the
// product of a shape's extents fits into int64 even where one of them is 0. `path` is for messages.
// DATA_LOSS for a header that contradicts itself or the file's size, INVALID_ARGUMENT for a dtype
// that isn't read.
absl::StatusOr<std::vector<TensorEntry>> ParseSafetensorsHeader(const std::string& path,
                                                                absl::string_view text,
                                                                uint64_t data_bytes);

// DATA_LOSS: `what` is wrong with the file.
absl::Status DamagedSafetensors(const std::string& path, absl::string_view what);

}  // namespace nepa::model

#endif  // NEPA_WORKER_TRAIN_MODEL_SAFETENSORS_HEADER_H_
