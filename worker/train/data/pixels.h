// The last steps from bytes to a model's pixels.
//
// Pure.
#ifndef NEPA_WORKER_TRAIN_DATA_PIXELS_H_
#define NEPA_WORKER_TRAIN_DATA_PIXELS_H_

#include "absl/types/span.h"
#include "worker/train/data/image.h"
#include "worker/train/data/random.h"

namespace nepa::data {

// ITU-R 601 luma with Pillow's rounding; `image` becomes grey. It has three channels.
void ToLuma(Image& image);

void FlipLeftRight(Image& image);

// [channels, height, width] of (byte / 255 - mean) / deviation. A grey image fills every channel;
// else `channels` is the image's.
void Normalise(const ImageView& image, int channels, double mean, double deviation,
               absl::Span<float> pixels);

// Random erasing, pixel mode, as timm defines it: with `probability`, one rectangle of 2 % to a
// third of the area and a shape of 0.3 to 1/0.3 becomes standard normal noise; ten tries to find
// one that fits. `pixels` are [channels, side, side], normalised.
void EraseAtRandom(double probability, int channels, int side, RandomStream& random,
                   absl::Span<float> pixels);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_PIXELS_H_
