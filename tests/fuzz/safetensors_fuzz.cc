// A safetensors file as far as its header: the length, the JSON, and what it says of the rest.
#include <cstring>

#include "tests/fuzz/fuzz.h"
#include "worker/train/model/safetensors_header.h"

using nepa::fuzz::Require;
namespace model = nepa::model;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uint64_t header_bytes = 0;
  if (size < sizeof(header_bytes)) return 0;
  std::memcpy(&header_bytes, data, sizeof(header_bytes));
  if (!model::CheckHeaderLength("f", header_bytes, size).ok()) return 0;
  const std::string_view rest = nepa::fuzz::Text(data, size).substr(model::kHeaderLengthBytes);
  const uint64_t data_bytes = rest.size() - header_bytes;
  const auto entries = model::ParseSafetensorsHeader("f", {rest.data(), header_bytes}, data_bytes);
  if (!entries.ok()) return 0;
  uint64_t covered = 0;
  for (const model::TensorEntry& entry : *entries) {
    Require(entry.begin == covered && entry.end >= entry.begin, "tensors follow one another");
    covered = entry.end;
    for (const int64_t extent : entry.shape) Require(extent >= 0, "an extent is a count");
  }
  Require(covered == data_bytes, "every byte is a tensor's");
  return 0;
}
