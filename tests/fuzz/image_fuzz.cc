// A JPEG or PNG image: its header, a part of it, possibly reduced, as the first bytes say.
#include <algorithm>

#include "tests/fuzz/fuzz.h"
#include "worker/train/data/decode.h"

using nepa::fuzz::Require;
namespace data = nepa::data;

namespace {

// Larger ones are decoded as well, but not a thousand a second.
constexpr int64_t kMostPixels = 1 << 16;

int64_t BigEndian(std::string_view bytes, size_t at, size_t count) {
  int64_t value = 0;
  for (size_t i = 0; i < count && at + i < bytes.size(); ++i) {
    value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  }
  return value;
}

// Whether a PNG's header, or what may be a JPEG's frame header, tells of a large image.
bool IsLarge(std::string_view image) {
  const int64_t width = BigEndian(image, 16, 4), height = BigEndian(image, 20, 4);
  if (image[0] != '\xFF' && width > 0 && height > kMostPixels / width) return true;
  for (size_t at = 0; at + 9 < image.size(); ++at) {
    const bool frame = image[at] == '\xFF' && (image[at + 1] & 0xF0) == 0xC0;
    if (frame && BigEndian(image, at + 5, 2) * BigEndian(image, at + 7, 2) > kMostPixels) {
      return true;
    }
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size < 4) return 0;
  // Where the region begins, how much of the rest it takes, and whether it may come reduced.
  const int left = bytes[0], top = bytes[1], share = bytes[2] % 8 + 1, target = bytes[3];
  const std::string_view image = nepa::fuzz::Text(bytes, size).substr(4);
  if (image.empty() || IsLarge(image)) return 0;
  data::Image storage;
  data::Region region;
  const auto choose = [&](data::Size whole) -> data::Wanted {
    region.left = left % whole.width;
    region.top = top % whole.height;
    region.width = std::max(1, (whole.width - region.left) * share / 8);
    region.height = std::max(1, (whole.height - region.top) * share / 8);
    return {region, {target, target}};
  };
  const auto view = data::DecodeImage({image.data(), image.size()}, choose, storage);
  if (!view.ok()) return 0;
  Require(view->width > 0 && view->width <= region.width, "the view is as wide as was wanted");
  Require(view->height > 0 && view->height <= region.height, "and as high");
  return 0;
}
