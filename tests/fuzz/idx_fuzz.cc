// An IDX file, plain or gzipped: images or labels, whole or its outline, by the first byte.
#include "tests/fuzz/fuzz.h"
#include "worker/train/data/idx.h"

using nepa::fuzz::Require;
namespace data = nepa::data;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  static nepa::fuzz::InputFile* const file = new nepa::fuzz::InputFile;
  file->Fill(nepa::fuzz::Text(bytes, size).substr(1));
  const int dimensions = (bytes[0] & 1) != 0 ? 1 : 3;
  const data::Extent extent = (bytes[0] & 2) != 0 ? data::Extent::kOutline : data::Extent::kWhole;
  const auto idx = data::ReadIdxFile(file->path(), dimensions, extent);
  if (!idx.ok()) return 0;
  size_t expected = 1;
  for (const int64_t extent_of : idx->dimensions) expected *= static_cast<size_t>(extent_of);
  Require(static_cast<int>(idx->dimensions.size()) == dimensions && expected > 0,
          "there is as much as was asked for");
  Require(idx->content().size() == (extent == data::Extent::kWhole ? expected : 0),
          "there are as many bytes as the header says");
  return 0;
}
