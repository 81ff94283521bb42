// The IDX files of MNIST and its relatives: big-endian magic and dimensions, then bytes; plain or
// gzipped. Held in memory, decompressed.
#ifndef NEPA_WORKER_TRAIN_DATA_IDX_H_
#define NEPA_WORKER_TRAIN_DATA_IDX_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/train/data/dataset.h"

namespace nepa::data {

struct IdxFile {
  std::vector<int64_t> dimensions;
  std::string bytes;  // as many as the dimensions say
};

// Reads a file of unsigned bytes with `dimension_count` dimensions. Memory is taken as the file's
// content arrives, never because a header says so. DATA_LOSS for a broken file, INVALID_ARGUMENT
// for a sound one of another kind; both say what was found.
absl::StatusOr<IdxFile> ReadIdxFile(const std::string& path, int dimension_count);

// `path` is an images file with `labels` beside it, or a folder of the four MNIST files of which
// `split` ("train" or "t10k") picks two.
absl::StatusOr<std::shared_ptr<const Dataset>> OpenIdx(const std::string& path,
                                                       const std::string& labels,
                                                       const std::string& split);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_IDX_H_
