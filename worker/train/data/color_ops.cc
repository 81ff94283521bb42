#include "worker/train/data/color_ops.h"

#include <algorithm>
#include <array>

namespace nepa::data {
namespace {

using Table = std::array<uint8_t, 256>;
using Histogram = std::array<int64_t, 256>;

int Luma(const uint8_t* rgb) {
  return (rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16;
}

template <typename Function>
Table MakeTable(Function function) {
  Table table;
  for (int value = 0; value < 256; ++value) {
    table[value] = static_cast<uint8_t>(std::clamp(static_cast<int>(function(value)), 0, 255));
  }
  return table;
}

void LookUp(const Table& table, Image& image) {
  for (uint8_t& value : image.bytes) value = table[value];
}

void LookUp(const Table& table, int channel, Image& image) {
  for (size_t i = channel; i < image.bytes.size(); i += image.channels) {
    image.bytes[i] = table[image.bytes[i]];
  }
}

Histogram Count(const Image& image, int channel) {
  Histogram histogram = {};
  for (size_t i = channel; i < image.bytes.size(); i += image.channels) {
    ++histogram[image.bytes[i]];
  }
  return histogram;
}

// Pillow's Image.blend, in float32 as there.
uint8_t Blend(int degenerate, int value, float factor) {
  const float blended =
      static_cast<float>(degenerate) + factor * static_cast<float>(value - degenerate);
  if (blended <= 0) return 0;
  return blended >= 255 ? 255 : static_cast<uint8_t>(blended);
}

int MeanLuma(const Image& image) {
  int64_t sum = 0, count = 0;
  for (size_t i = 0; i < image.bytes.size(); i += image.channels, ++count) {
    sum += image.channels == 3 ? Luma(&image.bytes[i]) : image.bytes[i];
  }
  return static_cast<int>(static_cast<double>(sum) / static_cast<double>(count) + 0.5);
}

// Pillow's ImageFilter.SMOOTH: five times the pixel and once its neighbours, by 13; the border
// stays.
void Smooth(const ImageView& image, Image& out) {
  out.Resize(image.width, image.height, image.channels);
  const int channels = image.channels, row_bytes = image.width * channels;
  for (int y = 0; y < image.height; ++y) {
    const uint8_t* const in = image.row(y);
    uint8_t* const row = out.row(y);
    std::copy_n(in, row_bytes, row);
    if (y == 0 || y == image.height - 1) continue;
    const uint8_t* const above = image.row(y - 1);
    const uint8_t* const below = image.row(y + 1);
    for (int i = channels; i < row_bytes - channels; ++i) {
      const int around = above[i - channels] + above[i] + above[i + channels] + in[i - channels] +
                         in[i + channels] + below[i - channels] + below[i] + below[i + channels];
      row[i] = static_cast<uint8_t>((2 * (around + 5 * in[i]) + 13) / 26);
    }
  }
}

}  // namespace

void AutoContrast(Image& image) {
  for (int channel = 0; channel < image.channels; ++channel) {
    const Histogram histogram = Count(image, channel);
    int low = 0, high = 255;
    while (low < 255 && histogram[low] == 0) ++low;
    while (high > 0 && histogram[high] == 0) --high;
    if (high <= low) continue;
    const double scale = 255.0 / (high - low);
    const double offset = -low * scale;
    LookUp(MakeTable([&](int value) { return value * scale + offset; }), channel, image);
  }
}

void Equalize(Image& image) {
  for (int channel = 0; channel < image.channels; ++channel) {
    const Histogram histogram = Count(image, channel);
    int64_t total = 0, last = 0, values = 0;
    for (const int64_t count : histogram) {
      total += count;
      if (count > 0) {
        last = count;
        ++values;
      }
    }
    const int64_t step = (total - last) / 255;
    if (values <= 1 || step == 0) continue;
    int64_t below = step / 2;
    LookUp(MakeTable([&](int value) {
             const int64_t level = below / step;
             below += histogram[value];
             return level;
           }),
           channel, image);
  }
}

void Posterize(int bits, Image& image) {
  const int mask = 0xFF << (8 - bits);
  LookUp(MakeTable([&](int value) { return value & mask; }), image);
}

void Solarize(int threshold, Image& image) {
  LookUp(MakeTable([&](int value) { return value < threshold ? value : 255 - value; }), image);
}

void SolarizeAdd(int amount, Image& image) {
  LookUp(MakeTable([&](int value) { return value < 128 ? value + amount : value; }), image);
}

void Color(double factor, Image& image) {
  if (image.channels == 1) return;
  for (size_t i = 0; i < image.bytes.size(); i += 3) {
    uint8_t* const rgb = &image.bytes[i];
    const int grey = Luma(rgb);
    for (int c = 0; c < 3; ++c) rgb[c] = Blend(grey, rgb[c], static_cast<float>(factor));
  }
}

void Contrast(double factor, Image& image) {
  const int mean = MeanLuma(image);
  LookUp(MakeTable([&](int value) { return Blend(mean, value, static_cast<float>(factor)); }),
         image);
}

void Brightness(double factor, Image& image) {
  LookUp(MakeTable([&](int value) { return Blend(0, value, static_cast<float>(factor)); }), image);
}

void Sharpness(double factor, Image& image, Image& spare) {
  Smooth(image.view(), spare);
  for (size_t i = 0; i < image.bytes.size(); ++i) {
    image.bytes[i] = Blend(spare.bytes[i], image.bytes[i], static_cast<float>(factor));
  }
}

}  // namespace nepa::data
