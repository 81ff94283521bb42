#include <ATen/ops/empty.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/io/unique_fd.h"
#include "worker/train/model/safetensors.h"
#include "worker/train/model/safetensors_dtype.h"
#include "worker/train/model/safetensors_header.h"

namespace nepa::model {
namespace {

// LibTorch's name for one of kDtypeNames.
at::ScalarType TypeOf(std::string_view dtype) {
  const auto* known = std::find_if(std::begin(kSafetensorsDtypes), std::end(kSafetensorsDtypes),
                                   [&](const SafetensorsDtype& d) { return d.name == dtype; });
  return known->type;
}

absl::Status ReadAt(int fd, const std::string& path, void* out, uint64_t size, uint64_t offset) {
  auto* place = static_cast<char*>(out);
  while (size > 0) {
    const ssize_t count = ::pread(fd, place, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoStatus(errno, absl::StrCat("reading ", path));
    if (count == 0) return DamagedSafetensors(path, "it ends too early");
    place += count;
    offset += static_cast<uint64_t>(count);
    size -= static_cast<uint64_t>(count);
  }
  return absl::OkStatus();
}

// A file that is open, with its header read and checked.
struct OpenFile {
  io::UniqueFd fd;
  std::vector<TensorEntry> entries;
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
  if (file_bytes < kHeaderLengthBytes)
    return DamagedSafetensors(path, "it is shorter than 8 bytes");
  NEPA_RETURN_IF_ERROR(ReadAt(fd, path, &header_bytes, kHeaderLengthBytes, 0));
  NEPA_RETURN_IF_ERROR(CheckHeaderLength(path, header_bytes, file_bytes));
  std::string header(header_bytes, '\0');
  NEPA_RETURN_IF_ERROR(ReadAt(fd, path, header.data(), header_bytes, kHeaderLengthBytes));
  file.data_begin = kHeaderLengthBytes + header_bytes;
  NEPA_ASSIGN_OR_RETURN(file.entries,
                        ParseSafetensorsHeader(path, header, file_bytes - file.data_begin));
  return file;
}

}  // namespace

absl::StatusOr<OutlineMap> ReadSafetensorsOutlines(const std::string& path) {
  NEPA_ASSIGN_OR_RETURN(const OpenFile file, Open(path));
  OutlineMap outlines;
  for (const TensorEntry& entry : file.entries)
    outlines[entry.name] = {TypeOf(entry.dtype), entry.shape};
  return outlines;
}

absl::StatusOr<TensorMap> ReadSafetensors(const std::string& path) {
  NEPA_ASSIGN_OR_RETURN(const OpenFile file, Open(path));
  TensorMap tensors;
  for (const TensorEntry& entry : file.entries) {
    at::Tensor tensor = at::empty(entry.shape, TypeOf(entry.dtype));
    NEPA_RETURN_IF_ERROR(ReadAt(file.fd.get(), path, tensor.data_ptr(), entry.end - entry.begin,
                                file.data_begin + entry.begin));
    tensors.emplace(entry.name, std::move(tensor));
  }
  return tensors;
}

}  // namespace nepa::model
