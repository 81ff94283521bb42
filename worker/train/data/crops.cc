#include "worker/train/data/crops.h"

#include <cmath>

namespace nepa::data {
namespace {

constexpr int kTries = 10;

// Python's round(): half to even, the default mode of the machine.
int Round(double value) { return static_cast<int>(std::nearbyint(value)); }

Region LargestOfAllowedShape(Size image, const config::Augmentation& augmentation) {
  Region region = {0, 0, image.width, image.height};
  const double ratio = static_cast<double>(image.width) / image.height;
  if (ratio < augmentation.ratio_min) {
    region.height = Round(image.width / augmentation.ratio_min);
  } else if (ratio > augmentation.ratio_max) {
    region.width = Round(image.height * augmentation.ratio_max);
  }
  region.left = (image.width - region.width) / 2;
  region.top = (image.height - region.height) / 2;
  return region;
}

}  // namespace

Region RandomResizedCrop(Size image, const config::Augmentation& augmentation,
                         RandomStream& random) {
  const double area = static_cast<double>(image.width) * image.height;
  const double log_min = std::log(augmentation.ratio_min);
  const double log_max = std::log(augmentation.ratio_max);
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const double target = area * random.Uniform(augmentation.scale_min, augmentation.scale_max);
    const double ratio = std::exp(random.Uniform(log_min, log_max));
    const int width = Round(std::sqrt(target * ratio));
    const int height = Round(std::sqrt(target / ratio));
    if (width < 1 || width > image.width || height < 1 || height > image.height) continue;
    const int top = static_cast<int>(random.Integer(0, image.height - height));
    const int left = static_cast<int>(random.Integer(0, image.width - width));
    return {left, top, width, height};
  }
  return LargestOfAllowedShape(image, augmentation);
}

Size ShorterSideTo(Size image, int side) {
  if (image.width <= image.height) {
    return {side, static_cast<int>(int64_t{side} * image.height / image.width)};
  }
  return {static_cast<int>(int64_t{side} * image.width / image.height), side};
}

Region CenterCrop(Size image, int crop) {
  return {Round((image.width - crop) / 2.0), Round((image.height - crop) / 2.0), crop, crop};
}

int EvaluationShorterSide(int image_size) { return Round(image_size * 256 / 224.0); }

int EvaluationWarpSide(int image_size) { return static_cast<int>(image_size / 0.95); }

}  // namespace nepa::data
