#include "worker/train/data/gunzip.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "common/io/unique_fd.h"

namespace nepa::data {
namespace {

// Deflate makes nothing smaller than this.
constexpr size_t kMostInflation = 1032;
// Both the file and what it holds are in memory at once.
constexpr size_t kLargest = size_t{1} << 30;

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const {
    libdeflate_free_decompressor(decompressor);
  }
};

// Nothing where it cannot be read, or is too large.
Bytes ReadWhole(const std::string& path) {
  const io::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0) return {};
  if (status.st_size <= 0 || static_cast<size_t>(status.st_size) > kLargest) return {};
  Bytes bytes(static_cast<size_t>(status.st_size));
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t got = ::read(fd.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {};
    done += static_cast<size_t>(got);
  }
  return bytes;
}

}  // namespace

bool GunzipFile(const std::string& path, size_t size, Bytes& out) {
  if (size > kLargest) return false;
  const Bytes packed = ReadWhole(path);
  if (size / kMostInflation > packed.size()) return false;
  const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor(
      libdeflate_alloc_decompressor());
  if (decompressor == nullptr) return false;
  Bytes content(size);
  // A gzip file may have several members, one behind the other.
  size_t from = 0, to = 0;
  while (from < packed.size()) {
    size_t read = 0, written = 0;
    const libdeflate_result result = libdeflate_gzip_decompress_ex(
        decompressor.get(), packed.data() + from, packed.size() - from, content.data() + to,
        size - to, &read, &written);
    if (result != LIBDEFLATE_SUCCESS) return false;
    from += read;
    to += written;
  }
  if (to != size) return false;
  out = std::move(content);
  return true;
}

}  // namespace nepa::data
