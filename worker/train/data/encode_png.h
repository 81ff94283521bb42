// Pictures for people to look at.
//
// Pure.
#ifndef NEPA_WORKER_TRAIN_DATA_ENCODE_PNG_H_
#define NEPA_WORKER_TRAIN_DATA_ENCODE_PNG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "worker/train/data/image.h"

namespace nepa::data {

// `image` as a PNG file. INTERNAL where libpng refuses.
absl::StatusOr<std::string> EncodePng(const ImageView& image);

// Back from what a model reads, [channels, side, side], to bytes: Normalise() the other way,
// rounded, clipped to 0 … 255.
Image PixelsToImage(absl::Span<const float> pixels, int channels, int side, double mean,
                    double deviation);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_ENCODE_PNG_H_
