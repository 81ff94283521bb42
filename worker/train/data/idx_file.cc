#include <fcntl.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "common/io/unique_fd.h"
#include "worker/train/data/gunzip.h"
#include "worker/train/data/idx.h"

namespace nepa::data {
namespace {

constexpr int kUnsignedByte = 0x08;
constexpr size_t kChunkBytes = 1 << 20;
constexpr unsigned kBufferBytes = 64 << 10;
// A file that decompresses to more is refused.
constexpr size_t kMaxFileBytes = size_t{16} << 30;
// A gzip file up to this size is decompressed even for its outline: a fraction of a second.
constexpr uint64_t kSmallGzipBytes = 64 << 20;

struct CloseGzip {
  void operator()(gzFile file) const { gzclose(file); }
};
using Gzip = std::unique_ptr<gzFile_s, CloseGzip>;

absl::StatusOr<Gzip> Open(const std::string& path) {
  io::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path));
  // zlib passes a file that isn't gzipped through as it is.
  Gzip file(gzdopen(fd.get(), "rb"));
  if (file == nullptr) return absl::ResourceExhaustedError("no memory to read a file");
  fd.release();
  gzbuffer(file.get(), kBufferBytes);
  return file;
}

// Appends up to `count` bytes, fewer only at the end of the file.
absl::Status Append(gzFile file, const std::string& path, size_t count, Bytes& out) {
  const size_t goal = out.size() + count;
  while (out.size() < goal) {
    const size_t before = out.size();
    const size_t chunk = std::min(goal - before, kChunkBytes);
    out.resize(before + chunk);
    const int got = gzread(file, out.data() + before, static_cast<unsigned>(chunk));
    out.resize(before + std::max(got, 0));
    if (got < 0) {
      int code = 0;
      // "<fd:3>: incorrect data check"
      const std::vector<std::string> message =
          absl::StrSplit(gzerror(file, &code), absl::MaxSplits(": ", 1));
      if (code == Z_ERRNO) return ErrnoStatus(errno, absl::StrCat("read ", path));
      return absl::DataLossError(
          absl::StrCat(path, ": damaged gzip file (", message.back(), "); fetch it again"));
    }
    if (got == 0) {
      // A stream without its end is no error of gzread's: even its last checksum may be missing.
      int code = 0;
      gzerror(file, &code);
      if (code != Z_BUF_ERROR) break;
      return absl::DataLossError(
          absl::StrCat(path, ": cut short: its gzip stream ends too early; fetch it again"));
    }
  }
  return absl::OkStatus();
}

uint32_t BigEndian(const Bytes& bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

// The header's dimensions. `header` holds all of it, or what the file had.
absl::StatusOr<std::vector<int64_t>> ReadDimensions(const std::string& path, const Bytes& header,
                                                    int dimension_count) {
  const size_t header_bytes = 4 + 4 * static_cast<size_t>(dimension_count);
  if (header.size() < 4 || header[0] != 0 || header[1] != 0) {
    return absl::DataLossError(absl::StrCat(
        path, ": not an IDX file: an IDX file begins with two zero bytes, a type and a number of ",
        "dimensions"));
  }
  const int type = static_cast<uint8_t>(header[2]), dimensions = static_cast<uint8_t>(header[3]);
  if (type != kUnsignedByte) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": IDX type 0x",
                                                   absl::Hex(type, absl::kZeroPad2),
                                                   "; only unsigned bytes (0x08) are read"));
  }
  if (dimensions != dimension_count) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": an IDX file of ", dimensions, " dimension", dimensions == 1 ? "" : "s",
        "; an images file has 3 (count, rows, columns), a labels file 1"));
  }
  if (header.size() < header_bytes) {
    return absl::DataLossError(absl::StrCat(path, ": cut short within its header"));
  }
  std::vector<int64_t> sizes;
  for (int d = 0; d < dimension_count; ++d) sizes.push_back(BigEndian(header, 4 + 4 * d));
  return sizes;
}

// The bytes that `sizes` promise, checked against overflow and the bound.
absl::StatusOr<size_t> ContentBytes(const std::string& path, const std::vector<int64_t>& sizes) {
  size_t bytes = 1;
  for (const int64_t size : sizes) {
    if (size == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": holds nothing: its dimensions are ", absl::StrJoin(sizes, " x ")));
    }
    if (bytes > kMaxFileBytes / static_cast<size_t>(size)) {
      return absl::DataLossError(
          absl::StrCat(path, ": its header says ", absl::StrJoin(sizes, " x "),
                       " bytes, which is beyond all reason (", kMaxFileBytes, " are read)"));
    }
    bytes *= static_cast<size_t>(size);
  }
  return bytes;
}

// The length of the content that a gzip file claims in its last four bytes, modulo 2^32.
std::optional<uint32_t> ClaimedLength(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  unsigned char bytes[4];
  file.seekg(-4, std::ios::end);
  if (!file.read(reinterpret_cast<char*>(bytes), sizeof(bytes))) return std::nullopt;
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<uint32_t>(bytes[3]) << 24;
}

// Whether the file is whole as far as can be told without reading it: `content_bytes` follow its
// header. False where only reading tells.
bool IsSurelyWhole(gzFile file, const std::string& path, uint64_t content_bytes) {
  std::error_code error;
  const uint64_t file_bytes = std::filesystem::file_size(path, error);
  if (error) return false;
  if (gzdirect(file) == 1) return file_bytes == content_bytes;
  // A file of several members claims the length of its last one, and fails this.
  return file_bytes > kSmallGzipBytes &&
         ClaimedLength(path) == static_cast<uint32_t>(content_bytes);
}

}  // namespace

absl::StatusOr<IdxFile> ReadIdxFile(const std::string& path, int dimension_count, Extent extent) {
  NEPA_ASSIGN_OR_RETURN(const Gzip file, Open(path));
  IdxFile idx;
  idx.header_bytes = 4 + 4 * static_cast<size_t>(dimension_count);
  Bytes& bytes = idx.header_and_content;
  NEPA_RETURN_IF_ERROR(Append(file.get(), path, idx.header_bytes, bytes));
  NEPA_ASSIGN_OR_RETURN(idx.dimensions, ReadDimensions(path, bytes, dimension_count));
  NEPA_ASSIGN_OR_RETURN(const size_t expected, ContentBytes(path, idx.dimensions));
  const size_t whole = idx.header_bytes + expected;
  if (extent == Extent::kOutline && IsSurelyWhole(file.get(), path, whole)) {
    bytes.clear();
    return idx;
  }
  // In one go where that can be done; else the stream tells what is wrong.
  if (gzdirect(file.get()) == 0 && GunzipFile(path, whole, bytes)) {
    if (extent == Extent::kOutline) bytes.clear();
    return idx;
  }
  // One byte more shows what doesn't belong there.
  NEPA_RETURN_IF_ERROR(Append(file.get(), path, expected + 1, bytes));
  const std::string shape = absl::StrJoin(idx.dimensions, " x ");
  if (bytes.size() < whole) {
    return absl::DataLossError(absl::StrCat(path, ": cut short: its header says ", shape,
                                            " bytes, and ", bytes.size() - idx.header_bytes,
                                            " follow"));
  }
  if (bytes.size() > whole) {
    return absl::DataLossError(
        absl::StrCat(path, ": more follows than the ", shape, " bytes its header says"));
  }
  if (extent == Extent::kOutline) bytes.clear();
  bytes.shrink_to_fit();
  return idx;
}

}  // namespace nepa::data
