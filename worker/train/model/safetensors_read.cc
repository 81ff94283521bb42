#include <ATen/ops/empty.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/io/unique_fd.h"
#include "worker/train/model/safetensors.h"
#include "worker/train/model/safetensors_dtype.h"

namespace nepa::model {
namespace {

using nlohmann::json;

constexpr uint64_t kMaxHeaderBytes = 100 << 20;  // the format's own bound
constexpr size_t kLengthBytes = 8;

struct Entry {
  std::string name;
  c10::ScalarType type = c10::ScalarType::Float;
  std::vector<int64_t> shape;
  uint64_t begin = 0, end = 0;  // within the data
};

absl::Status Damaged(const std::string& path, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat(path, " is not a whole safetensors file: ", what, "; copy or write it again"));
}

absl::Status ReadAt(int fd, const std::string& path, void* out, uint64_t size, uint64_t offset) {
  auto* place = static_cast<char*>(out);
  while (size > 0) {
    const ssize_t count = ::pread(fd, place, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoStatus(errno, absl::StrCat("reading ", path));
    if (count == 0) return Damaged(path, "it ends too early");
    place += count;
    offset += static_cast<uint64_t>(count);
    size -= static_cast<uint64_t>(count);
  }
  return absl::OkStatus();
}

std::optional<uint64_t> Unsigned(const json& value) {
  if (!value.is_number_unsigned()) return std::nullopt;
  return value.get<uint64_t>();
}

// Checks one tensor's description against itself.
absl::StatusOr<Entry> ParseEntry(const std::string& path, const std::string& name,
                                 const json& value) {
  const auto bad = [&](absl::string_view what) {
    return Damaged(path, absl::StrCat("tensor \"", name, "\" ", what));
  };
  if (!value.is_object() || !value.contains("dtype") || !value["dtype"].is_string() ||
      !value.contains("shape") || !value["shape"].is_array() || !value.contains("data_offsets") ||
      !value["data_offsets"].is_array() || value["data_offsets"].size() != 2) {
    return bad("has no dtype, shape and data_offsets");
  }
  Entry entry;
  entry.name = name;
  const std::string dtype = value["dtype"];
  const auto* known = std::find_if(std::begin(kSafetensorsDtypes), std::end(kSafetensorsDtypes),
                                   [&](const SafetensorsDtype& d) { return d.name == dtype; });
  if (known == std::end(kSafetensorsDtypes)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": tensor \"", name, "\" has dtype ",
                                                   dtype, ", which is not supported here"));
  }
  entry.type = known->type;
  const auto begin = Unsigned(value["data_offsets"][0]);
  const auto end = Unsigned(value["data_offsets"][1]);
  if (!begin || !end || *begin > *end) return bad("has impossible data_offsets");
  entry.begin = *begin;
  entry.end = *end;
  uint64_t bytes = c10::elementSize(entry.type);
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

absl::StatusOr<std::vector<Entry>> ParseHeader(const std::string& path, const std::string& text,
                                               uint64_t data_bytes) {
  const json header = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!header.is_object()) return Damaged(path, "its header is not a JSON object");
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") continue;
    NEPA_ASSIGN_OR_RETURN(Entry entry, ParseEntry(path, name, value));
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.begin < b.begin; });
  uint64_t covered = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != covered) {
      return Damaged(path, absl::StrCat("tensor \"", entry.name, "\" leaves a hole or overlaps"));
    }
    covered = entry.end;
  }
  if (covered > data_bytes) {
    return Damaged(path, absl::StrCat("it is cut short: its tensors take ", covered, " bytes, and ",
                                      data_bytes, " follow its header"));
  }
  if (covered < data_bytes) return Damaged(path, "there is data that no tensor owns");
  return entries;
}

// A file that is open, with its header read and checked.
struct OpenFile {
  io::UniqueFd fd;
  std::vector<Entry> entries;
  uint64_t data_begin = 0;
};

absl::StatusOr<OpenFile> Open(const std::string& path) {
  OpenFile file{.fd = io::UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC))};
  const int fd = file.fd.get();
  if (!file.fd.valid()) return ErrnoStatus(errno, absl::StrCat("opening ", path));
  struct stat about;
  if (::fstat(fd, &about) != 0) return ErrnoStatus(errno, absl::StrCat("reading ", path));
  if (!S_ISREG(about.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, " is not a regular file"));
  }
  const auto file_bytes = static_cast<uint64_t>(about.st_size);
  uint64_t header_bytes = 0;  // little-endian, as this machine
  if (file_bytes < kLengthBytes) return Damaged(path, "it is shorter than 8 bytes");
  NEPA_RETURN_IF_ERROR(ReadAt(fd, path, &header_bytes, kLengthBytes, 0));
  if (header_bytes > kMaxHeaderBytes || header_bytes > file_bytes - kLengthBytes) {
    return Damaged(path, absl::StrCat("its first 8 bytes claim a header of ", header_bytes,
                                      " bytes, and the file has ", file_bytes));
  }
  std::string header(header_bytes, '\0');
  NEPA_RETURN_IF_ERROR(ReadAt(fd, path, header.data(), header_bytes, kLengthBytes));
  file.data_begin = kLengthBytes + header_bytes;
  NEPA_ASSIGN_OR_RETURN(file.entries, ParseHeader(path, header, file_bytes - file.data_begin));
  return file;
}

}  // namespace

absl::StatusOr<OutlineMap> ReadSafetensorsOutlines(const std::string& path) {
  NEPA_ASSIGN_OR_RETURN(const OpenFile file, Open(path));
  OutlineMap outlines;
  for (const Entry& entry : file.entries) outlines[entry.name] = {entry.type, entry.shape};
  return outlines;
}

absl::StatusOr<TensorMap> ReadSafetensors(const std::string& path) {
  NEPA_ASSIGN_OR_RETURN(const OpenFile file, Open(path));
  TensorMap tensors;
  for (const Entry& entry : file.entries) {
    at::Tensor tensor = at::empty(entry.shape, entry.type);
    NEPA_RETURN_IF_ERROR(ReadAt(file.fd.get(), path, tensor.data_ptr(), entry.end - entry.begin,
                                file.data_begin + entry.begin));
    tensors.emplace(entry.name, std::move(tensor));
  }
  return tensors;
}

}  // namespace nepa::model
