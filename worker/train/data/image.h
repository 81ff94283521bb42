// Images as they come out of a file: rows of bytes, channels side by side (HWC).
//
// Pure values. An ImageView borrows; whoever hands one out says what keeps its bytes alive.
#ifndef NEPA_WORKER_TRAIN_DATA_IMAGE_H_
#define NEPA_WORKER_TRAIN_DATA_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nepa::data {

struct Size {
  int width = 0;
  int height = 0;
  bool operator==(const Size&) const = default;
};

// A rectangle of pixels.
struct Region {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
  bool operator==(const Region&) const = default;
};

struct ImageView {
  const uint8_t* pixels = nullptr;
  int width = 0;
  int height = 0;
  int channels = 0;        // 1 grey, 3 red green blue
  int64_t row_stride = 0;  // bytes from one row to the next

  const uint8_t* row(int y) const { return pixels + y * row_stride; }
  Size size() const { return {width, height}; }
  // `region` must lie inside.
  ImageView Crop(const Region& region) const {
    return {row(region.top) + static_cast<int64_t>(region.left) * channels, region.width,
            region.height, channels, row_stride};
  }
};

// An image that owns its bytes, without gaps between rows. Resize() keeps the memory it has, so an
// Image that is used again and again stops allocating.
struct Image {
  std::vector<uint8_t> bytes;
  int width = 0;
  int height = 0;
  int channels = 0;

  void Resize(int new_width, int new_height, int new_channels) {
    width = new_width;
    height = new_height;
    channels = new_channels;
    bytes.resize(static_cast<size_t>(width) * height * channels);
  }
  uint8_t* row(int y) { return bytes.data() + static_cast<int64_t>(y) * width * channels; }
  ImageView view() const {
    return {bytes.data(), width, height, channels, static_cast<int64_t>(width) * channels};
  }
};

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_IMAGE_H_
