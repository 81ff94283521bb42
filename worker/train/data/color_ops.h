// Operations on the values of pixels, each equal to Pillow's ImageOps and ImageEnhance bit for bit.
// They change `image` in place; it has one or three channels.
//
// Pure.
#ifndef NEPA_WORKER_TRAIN_DATA_COLOR_OPS_H_
#define NEPA_WORKER_TRAIN_DATA_COLOR_OPS_H_

#include "worker/train/data/image.h"

namespace nepa::data {

// Stretches each channel to 0 … 255.
void AutoContrast(Image& image);

// Evens out each channel's histogram.
void Equalize(Image& image);

// Keeps the `bits` highest bits, 0 … 8.
void Posterize(int bits, Image& image);

// Inverts values of `threshold` and above; 0 inverts all.
void Solarize(int threshold, Image& image);

// Adds to values below 128.
void SolarizeAdd(int amount, Image& image);

// Blends with a degenerate image, of which `factor` 0 is all, 1 nothing, and more than 1 turns
// away: grey of the same luma; the even mean luma; black; a smoothed image.
void Color(double factor, Image& image);
void Contrast(double factor, Image& image);
void Brightness(double factor, Image& image);
void Sharpness(double factor, Image& image, Image& spare);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_COLOR_OPS_H_
