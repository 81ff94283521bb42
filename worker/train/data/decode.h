// From the bytes of a JPEG or PNG file to pixels, equal to what Pillow's convert("RGB") shows: no
// EXIF rotation, no colour management, alpha dropped, palettes looked up, CMYK turned to RGB.
// A grey file stays at one channel. One exception: of a grey PNG of 16 bits Pillow cuts every value
// above 255 to white; here it shows its upper eight bits, as a colour one does in both.
//
// Scaled decoding: a JPEG whose wanted region will shrink to less than half may come reduced by 2,
// 4 or 8 in the decoder, to no less than twice the target a side. The resize after it still
// averages over two pixels or more, where the difference to the full decode is about one level of
// 255 in the mean, mostly at sharp edges: Pillow's own `reducing_gap=2` draws the same line. The
// region's corner is rounded down to a reduced pixel. Training's random crops ask for it,
// evaluation never.
//
// Pure; any thread. Errors name no file (the caller knows it): DATA_LOSS for what isn't an image
// or is cut short, INVALID_ARGUMENT for an image that is sound but isn't read.
#ifndef NEPA_WORKER_TRAIN_DATA_DECODE_H_
#define NEPA_WORKER_TRAIN_DATA_DECODE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/train/data/dataset.h"
#include "worker/train/data/image.h"

namespace nepa::data {

// An image with more pixels is refused before any memory is asked for: where Pillow refuses a
// "decompression bomb".
inline constexpr int64_t kMaxImagePixels = 178956970;

// Asks `choose` once the size is known. The view lies in `storage`.
absl::StatusOr<ImageView> DecodeImage(absl::string_view bytes, ChooseRegion choose, Image& storage);

// By format; `bytes` begins with the format's mark.
absl::StatusOr<ImageView> DecodeJpeg(absl::string_view bytes, ChooseRegion choose, Image& storage);
absl::StatusOr<ImageView> DecodePng(absl::string_view bytes, ChooseRegion choose, Image& storage);

// INVALID_ARGUMENT beyond kMaxImagePixels.
absl::Status CheckImageSize(uint64_t width, uint64_t height);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_DECODE_H_
