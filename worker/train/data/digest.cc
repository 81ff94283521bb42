#include "worker/train/data/digest.h"

#include "common/io/file.h"

namespace nepa::data {

std::string PixelDigest(absl::Span<const float> pixels) {
  const absl::string_view bytes(reinterpret_cast<const char*>(pixels.data()),
                                pixels.size() * sizeof(float));
  return io::Sha256Hex(bytes).substr(0, 16);
}

}  // namespace nepa::data
