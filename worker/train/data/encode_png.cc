#include "worker/train/data/encode_png.h"

#include <png.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace nepa::data {

absl::StatusOr<std::string> EncodePng(const ImageView& image) {
  png_image header = {};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = image.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  const auto stride = static_cast<png_int_32>(image.row_stride);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&header, bytes.data(), &size, 0, image.pixels, stride, nullptr) ==
      0) {
    return absl::InternalError(absl::StrCat("write a PNG file: ", header.message));
  }
  bytes.resize(size);
  return bytes;
}

Image PixelsToImage(absl::Span<const float> pixels, int channels, int side, double mean,
                    double deviation) {
  Image image;
  image.Resize(side, side, channels);
  const size_t plane = static_cast<size_t>(side) * side;
  for (size_t i = 0; i < plane; ++i) {
    for (int c = 0; c < channels; ++c) {
      const double byte = 255 * (pixels[c * plane + i] * deviation + mean);
      image.bytes[i * channels + c] =
          static_cast<uint8_t>(std::clamp(std::nearbyint(byte), 0.0, 255.0));
    }
  }
  return image;
}

}  // namespace nepa::data
