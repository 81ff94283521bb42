// Reading tests/golden/transforms (made by tests/support/make_transform_goldens.py).
#ifndef NEPA_TESTS_UNIT_WORKER_TRAIN_DATA_GOLDEN_IMAGES_H_
#define NEPA_TESTS_UNIT_WORKER_TRAIN_DATA_GOLDEN_IMAGES_H_

#include <algorithm>
#include <cstdlib>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "worker/train/data/image_folder.h"

namespace nepa::data {

inline std::string GoldenPath(const std::string& file) { return "tests/golden/transforms/" + file; }

// A golden image, grey where it is.
inline Image Golden(const std::string& file) {
  Image image;
  const auto view = ReadImageFile(GoldenPath(file), WholeImage, image);
  EXPECT_TRUE(view.ok()) << view.status();
  return image;
}

// A grey image as three equal channels.
inline Image AsRgb(const Image& image) {
  if (image.channels == 3) return image;
  Image rgb;
  rgb.Resize(image.width, image.height, 3);
  for (size_t i = 0; i < image.bytes.size(); ++i) {
    std::fill_n(rgb.bytes.begin() + 3 * static_cast<int64_t>(i), 3, image.bytes[i]);
  }
  return rgb;
}

// The largest difference of two images, 256 if they differ in shape.
inline int LargestDifference(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height || a.channels != b.channels) return 256;
  int largest = 0;
  for (size_t i = 0; i < a.bytes.size(); ++i) {
    largest = std::max(largest, std::abs(a.bytes[i] - b.bytes[i]));
  }
  return largest;
}

// An owned copy of what a view shows.
inline Image Copy(const ImageView& view) {
  Image image;
  image.Resize(view.width, view.height, view.channels);
  for (int y = 0; y < view.height; ++y) {
    std::copy_n(view.row(y), view.width * view.channels, image.row(y));
  }
  return image;
}

}  // namespace nepa::data

#endif  // NEPA_TESTS_UNIT_WORKER_TRAIN_DATA_GOLDEN_IMAGES_H_
