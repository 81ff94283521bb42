// Moving the pixels of an image: rotation, shear, translation, equal to Pillow's
// Image.transform(AFFINE) bit for bit.
//
// Pure.
#ifndef NEPA_WORKER_TRAIN_DATA_AFFINE_H_
#define NEPA_WORKER_TRAIN_DATA_AFFINE_H_

#include <cstdint>

#include "common/config/job_spec.h"
#include "worker/train/data/image.h"

namespace nepa::data {

// The place (x, y) of the result comes from (a x + b y + c, d x + e y + f) of the source, both
// counted from the corner, pixel centres at ½.
struct Affine {
  double a, b, c, d, e, f;
};

// Counter-clockwise by `degrees` about the centre.
Affine Rotation(double degrees, Size size);

// `out` has the source's size; `fill` stands where the source has nothing. The bicubic kernel is
// Pillow's for transforms, a = -1, another one than for resizing.
void Transform(const Affine& affine, config::Interpolation interpolation, uint8_t fill,
               const ImageView& source, Image& out);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_AFFINE_H_
