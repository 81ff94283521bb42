#include "worker/train/model/safetensors_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/json_text/json_text.h"

namespace nepa::model {
namespace {

using nlohmann::json;

std::optional<uint64_t> Unsigned(const json& value) {
  if (!value.is_number_unsigned()) return std::nullopt;
  return value.get<uint64_t>();
}

// Checks one tensor's description against itself.
absl::StatusOr<TensorEntry> ParseEntry(const std::string& path, const std::string& name,
                                       const json& value) {
  const auto bad = [&](absl::string_view what) {
    return DamagedSafetensors(path, absl::StrCat("tensor \"", name, "\" ", what));
  };
  if (!value.is_object() || !value.contains("dtype") || !value["dtype"].is_string() ||
      !value.contains("shape") || !value["shape"].is_array() || !value.contains("data_offsets") ||
      !value["data_offsets"].is_array() || value["data_offsets"].size() != 2) {
    return bad("has no dtype, shape and data_offsets");
  }
  TensorEntry entry;
  entry.name = name;
  const std::string dtype = value["dtype"];
  const auto* known = std::find_if(std::begin(kDtypeNames), std::end(kDtypeNames),
                                   [&](const DtypeName& d) { return d.name == dtype; });
  if (known == std::end(kDtypeNames)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": tensor \"", name, "\" has dtype ",
                                                   dtype, ", which is not supported here"));
  }
  entry.dtype = known->name;
  const auto begin = Unsigned(value["data_offsets"][0]);
  const auto end = Unsigned(value["data_offsets"][1]);
  if (!begin || !end || *begin > *end) return bad("has impossible data_offsets");
  entry.begin = *begin;
  entry.end = *end;
  uint64_t bytes = known->bytes;
  // As if no extent were 0: strides are products of extents too, and must not overflow either.
  auto largest = static_cast<int64_t>(bytes);
  for (const json& extent : value["shape"]) {
    const auto size = Unsigned(extent);
    if (!size || __builtin_mul_overflow(largest, std::max<uint64_t>(*size, 1), &largest)) {
      return bad("has an impossible shape");
    }
    bytes *= *size;
    entry.shape.push_back(static_cast<int64_t>(*size));
  }
  if (bytes != *end - *begin) {
    return bad(absl::StrCat("has a shape of ", bytes, " bytes and offsets of ", *end - *begin));
  }
  return entry;
}

}  // namespace

absl::Status DamagedSafetensors(const std::string& path, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat(path, " is not a whole safetensors file: ", what, "; copy or write it again"));
}

absl::Status CheckHeaderLength(const std::string& path, uint64_t header_bytes,
                               uint64_t file_bytes) {
  if (file_bytes >= kHeaderLengthBytes && header_bytes <= kMaxHeaderBytes &&
      header_bytes <= file_bytes - kHeaderLengthBytes) {
    return absl::OkStatus();
  }
  return DamagedSafetensors(path, absl::StrCat("its first 8 bytes claim a header of ", header_bytes,
                                               " bytes, and the file has ", file_bytes));
}

absl::StatusOr<std::vector<TensorEntry>> ParseSafetensorsHeader(const std::string& path,
                                                                absl::string_view text,
                                                                uint64_t data_bytes) {
  const json header = json_text::Parse({text.data(), text.size()});
  if (!header.is_object()) return DamagedSafetensors(path, "its header is not a JSON object");
  std::vector<TensorEntry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") continue;
    NEPA_ASSIGN_OR_RETURN(TensorEntry entry, ParseEntry(path, name, value));
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
    // One without bytes begins where its neighbour does.
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t covered = 0;
  for (const TensorEntry& entry : entries) {
    if (entry.begin != covered) {
      return DamagedSafetensors(
          path, absl::StrCat("tensor \"", entry.name, "\" leaves a hole or overlaps"));
    }
    covered = entry.end;
  }
  if (covered > data_bytes) {
    return DamagedSafetensors(path, absl::StrCat("it is cut short: its tensors take ", covered,
                                                 " bytes, and ", data_bytes, " follow its header"));
  }
  if (covered < data_bytes) return DamagedSafetensors(path, "there is data that no tensor owns");
  return entries;
}

}  // namespace nepa::model
