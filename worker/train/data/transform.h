// From an image of any size to the pixels that a model reads: [channels, S, S] float, normalised.
//
// Resizing equals Pillow's bit for bit (resample.h), which is what the reference trains and
// evaluates on. A grey image for a model of three channels is repeated; a colour image for a model
// of one channel becomes ITU-R 601 luma, as Pillow's convert("L"). Models of other channel counts
// read no images: whoever takes options from outside asks CheckChannels() first.
//
// Pure; any thread, one TransformScratch a thread.
#ifndef NEPA_WORKER_TRAIN_DATA_TRANSFORM_H_
#define NEPA_WORKER_TRAIN_DATA_TRANSFORM_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/config/job_spec.h"
#include "worker/train/data/dataset.h"
#include "worker/train/data/image.h"
#include "worker/train/data/rand_augment.h"
#include "worker/train/data/random.h"
#include "worker/train/data/resample.h"

namespace nepa::data {

struct TransformOptions {
  int image_size = 224;
  int channels = 3;
  double mean = 0.5, deviation = 0.5;  // of pixels in 0 … 1
  // Set: augment for training. Unset: prepare for evaluation.
  std::optional<config::Augmentation> augmentation;
  std::optional<RandAugmentPolicy> rand_augment;  // training only; augmentation->rand_augment, read
  // Of evaluation, and of training with crop: none, which starts from the same picture.
  config::EvaluationResize resize = config::EvaluationResize::kShorterSide;
};

// INVALID_ARGUMENT unless `channels` is 1 or 3: what an image can be turned into.
absl::Status CheckChannels(int64_t channels);

// Memory that is used again from sample to sample.
struct TransformScratch {
  Image storage, resized, augmented, spare;
  ResampleScratch resample;
};

// Prepares sample `index` of `dataset` into `pixels` (channels · S · S values). Training draws from
// `random`; evaluation leaves it alone. The error is Dataset::Read()'s.
absl::Status TransformSample(const Dataset& dataset, int64_t index, const TransformOptions& options,
                             RandomStream& random, TransformScratch& scratch,
                             absl::Span<float> pixels);

// The same for an image in hand, prepared for evaluation: the shorter side resized to
// round(S · 256 / 224) bicubic with antialias, the longer in proportion and truncated, and the
// centre cut out (kShorterSide); or both sides to int(S / 0.95), then the centre (kWarp).
void EvaluationPixels(const ImageView& image, const TransformOptions& options,
                      TransformScratch& scratch, absl::Span<float> pixels);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_TRANSFORM_H_
