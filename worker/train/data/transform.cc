#include "worker/train/data/transform.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "worker/train/data/crops.h"
#include "worker/train/data/pixels.h"

namespace nepa::data {
namespace {

Region Whole(Size size) { return {0, 0, size.width, size.height}; }

// Shorter side to S, zeros around, a random square cut out. Only what the square shows of the image
// is resized.
void PaddedCrop(const ImageView& image, const TransformOptions& options, RandomStream& random,
                TransformScratch& scratch) {
  const int side = options.image_size;
  const int padding = static_cast<int>(options.augmentation->padding);
  const Size scaled = ShorterSideTo(image.size(), side);
  const int left = static_cast<int>(random.Integer(0, scaled.width + 2 * padding - side)) - padding;
  const int top = static_cast<int>(random.Integer(0, scaled.height + 2 * padding - side)) - padding;
  const Region shown = {std::max(0, left), std::max(0, top),
                        std::min(scaled.width, left + side) - std::max(0, left),
                        std::min(scaled.height, top + side) - std::max(0, top)};
  Image& out = scratch.resized;
  if (shown.width <= 0 || shown.height <= 0) {  // padding beyond the image: nothing but zeros
    out.Resize(side, side, image.channels);
    std::fill(out.bytes.begin(), out.bytes.end(), uint8_t{0});
    return;
  }
  Image& seen = scratch.spare;
  Resample(image, scaled, shown, options.augmentation->interpolation, scratch.resample, seen);
  out.Resize(side, side, image.channels);
  std::fill(out.bytes.begin(), out.bytes.end(), uint8_t{0});
  for (int y = 0; y < shown.height; ++y) {
    std::copy_n(seen.row(y), shown.width * image.channels,
                out.row(shown.top - top + y) + (shown.left - left) * image.channels);
  }
}

// What evaluation shows the model, in scratch.resized.
void EvaluationCrop(const ImageView& image, const TransformOptions& options,
                    TransformScratch& scratch) {
  Size scaled = ShorterSideTo(image.size(), EvaluationShorterSide(options.image_size));
  if (options.resize == config::EvaluationResize::kWarp) {
    const int side = EvaluationWarpSide(options.image_size);
    scaled = {side, side};
  }
  Resample(image, scaled, CenterCrop(scaled, options.image_size), config::Interpolation::kBicubic,
           scratch.resample, scratch.resized);
}

// Fills scratch.resized with the S × S image that augmentation starts from.
absl::Status ReadCropped(const Dataset& dataset, int64_t index, const TransformOptions& options,
                         RandomStream& random, TransformScratch& scratch) {
  const config::Augmentation& augmentation = *options.augmentation;
  const Size target = {options.image_size, options.image_size};
  if (augmentation.crop == config::CropKind::kRandomResized) {
    const auto choose = [&](Size size) {
      return Wanted{RandomResizedCrop(size, augmentation, random), target};
    };
    absl::StatusOr<ImageView> image = dataset.Read(index, choose, scratch.storage);
    if (!image.ok()) return image.status();
    Resample(*image, target, Whole(target), augmentation.interpolation, scratch.resample,
             scratch.resized);
    return absl::OkStatus();
  }
  absl::StatusOr<ImageView> image = dataset.Read(index, WholeImage, scratch.storage);
  if (!image.ok()) return image.status();
  if (augmentation.crop == config::CropKind::kPadded) {
    PaddedCrop(*image, options, random, scratch);
  } else {
    EvaluationCrop(*image, options, scratch);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckChannels(int64_t channels) {
  if (channels == 1 || channels == 3) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the model reads ", channels, " channels, but images are grey (1) or colour (3); ",
      "take a model with num_channels 1 or 3"));
}

absl::Status TransformSample(const Dataset& dataset, int64_t index, const TransformOptions& options,
                             RandomStream& random, TransformScratch& scratch,
                             absl::Span<float> pixels) {
  if (!options.augmentation.has_value()) {
    absl::StatusOr<ImageView> image = dataset.Read(index, WholeImage, scratch.storage);
    if (!image.ok()) return image.status();
    EvaluationPixels(*image, options, scratch, pixels);
    return absl::OkStatus();
  }
  if (absl::Status status = ReadCropped(dataset, index, options, random, scratch); !status.ok()) {
    return status;
  }
  Image& image = scratch.resized;
  if (options.channels == 1 && image.channels == 3) ToLuma(image);
  if (options.augmentation->flip && random.Chance(0.5)) FlipLeftRight(image);
  if (options.rand_augment.has_value()) {
    RandAugment(*options.rand_augment, random, image, scratch.spare);
  }
  Normalise(image.view(), options.channels, options.mean, options.deviation, pixels);
  EraseAtRandom(options.augmentation->erasing, options.channels, options.image_size, random,
                pixels);
  return absl::OkStatus();
}

void EvaluationPixels(const ImageView& image, const TransformOptions& options,
                      TransformScratch& scratch, absl::Span<float> pixels) {
  EvaluationCrop(image, options, scratch);
  if (options.channels == 1 && scratch.resized.channels == 3) ToLuma(scratch.resized);
  Normalise(scratch.resized.view(), options.channels, options.mean, options.deviation, pixels);
}

}  // namespace nepa::data
