#include "worker/train/data/pixels.h"

#include <algorithm>
#include <cmath>

namespace nepa::data {

void ToLuma(Image& image) {
  const size_t count = static_cast<size_t>(image.width) * image.height;
  const uint8_t* in = image.bytes.data();
  for (size_t i = 0; i < count; ++i, in += 3) {
    image.bytes[i] =
        static_cast<uint8_t>((in[0] * 19595 + in[1] * 38470 + in[2] * 7471 + 0x8000) >> 16);
  }
  image.Resize(image.width, image.height, 1);
}

void FlipLeftRight(Image& image) {
  const int channels = image.channels;
  for (int y = 0; y < image.height; ++y) {
    uint8_t* const row = image.row(y);
    if (channels == 1) {
      std::reverse(row, row + image.width);
      continue;
    }
    for (int left = 0, right = image.width - 1; left < right; ++left, --right) {
      std::swap_ranges(row + left * channels, row + (left + 1) * channels, row + right * channels);
    }
  }
}

void Normalise(const ImageView& image, int channels, double mean, double deviation,
               absl::Span<float> pixels) {
  float values[256];
  for (int byte = 0; byte < 256; ++byte) {
    values[byte] = (static_cast<float>(byte) / 255.0f - static_cast<float>(mean)) /
                   static_cast<float>(deviation);
  }
  const size_t plane = static_cast<size_t>(image.width) * image.height;
  float* out = pixels.data();
  // What `pixels` has room for; an image of more channels shows its first.
  const int shown = std::min(channels, image.channels);
  for (int c = 0; c < shown; ++c) {
    for (int y = 0; y < image.height; ++y) {
      const uint8_t* in = image.row(y) + c;
      for (int x = 0; x < image.width; ++x, in += image.channels) *out++ = values[*in];
    }
  }
  for (int c = shown; c < channels; ++c) {
    std::copy_n(pixels.data(), plane, pixels.data() + c * plane);
  }
}

void EraseAtRandom(double probability, int channels, int side, RandomStream& random,
                   absl::Span<float> pixels) {
  constexpr int kTries = 10;
  constexpr double kMinArea = 0.02, kMaxArea = 1.0 / 3, kMinShape = 0.3;
  if (probability <= 0 || !random.Chance(probability)) return;
  const double log_shape = std::log(1 / kMinShape);
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const double area = random.Uniform(kMinArea, kMaxArea) * side * side;
    const double shape = std::exp(random.Uniform(-log_shape, log_shape));
    const int height = static_cast<int>(std::nearbyint(std::sqrt(area * shape)));
    const int width = static_cast<int>(std::nearbyint(std::sqrt(area / shape)));
    if (height >= side || width >= side) continue;
    const int top = static_cast<int>(random.Integer(0, side - height));
    const int left = static_cast<int>(random.Integer(0, side - width));
    for (int c = 0; c < channels; ++c) {
      for (int y = top; y < top + height; ++y) {
        float* const row = pixels.data() + (static_cast<size_t>(c) * side + y) * side;
        for (int x = left; x < left + width; ++x) row[x] = static_cast<float>(random.Normal());
      }
    }
    return;
  }
}

}  // namespace nepa::data
