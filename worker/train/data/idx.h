// The IDX files of MNIST and its relatives: big-endian magic and dimensions, then bytes; plain or
// gzipped. Held in memory, decompressed.
#ifndef NEPA_WORKER_TRAIN_DATA_IDX_H_
#define NEPA_WORKER_TRAIN_DATA_IDX_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/train/data/bytes.h"
#include "worker/train/data/dataset.h"

namespace nepa::data {

struct IdxFile {
  std::vector<int64_t> dimensions;
  Bytes header_and_content;  // none where only the outline was read
  size_t header_bytes = 0;

  // As many bytes as the dimensions say; none where only the outline was read.
  absl::string_view content() const {
    if (header_and_content.empty()) return {};
    return {header_and_content.data() + header_bytes, header_and_content.size() - header_bytes};
  }
};

// Reads a file of unsigned bytes with `dimension_count` dimensions. Memory is taken as the file's
// content arrives, or as much as a gzip file of its size can hold, never because a header says so.
// DATA_LOSS for a broken file, INVALID_ARGUMENT
// for a sound one of another kind; both say what was found. For the outline, the header is held
// against the size of a plain file and that which a large gzip file says of itself; a small gzip
// file is decompressed to see whether it is whole.
absl::StatusOr<IdxFile> ReadIdxFile(const std::string& path, int dimension_count, Extent extent);

// `path` is an images file with `labels` beside it, or a folder of the four MNIST files of which
// `split` ("train" or "t10k") picks two. Labels are always read, images by `extent`.
OpenedSource OpenIdx(const std::string& path, const std::string& labels, const std::string& split,
                     Extent extent);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_IDX_H_
