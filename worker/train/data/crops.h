// Where to cut an image: the random crops of training and the centre crop of evaluation, with the
// arithmetic and rounding of torchvision, which the recipes were made with.
//
// Pure.
#ifndef NEPA_WORKER_TRAIN_DATA_CROPS_H_
#define NEPA_WORKER_TRAIN_DATA_CROPS_H_

#include "common/config/job_spec.h"
#include "worker/train/data/image.h"
#include "worker/train/data/random.h"

namespace nepa::data {

// A region of a random share of the area and a random shape, each within the bounds of
// `augmentation`: ten tries, then the largest centred region of an allowed shape.
Region RandomResizedCrop(Size image, const config::Augmentation& augmentation,
                         RandomStream& random);

// `image` scaled so that its shorter side is `side`: the longer one in proportion, truncated.
Size ShorterSideTo(Size image, int side);

// The centre square, its offset (side - crop) / 2 rounded half to even.
Region CenterCrop(Size image, int crop);

// The side to resize to before evaluation's centre crop of `image_size`.
int EvaluationShorterSide(int image_size);  // round(image_size · 256 / 224)
int EvaluationWarpSide(int image_size);     // int(image_size / 0.95)

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_CROPS_H_
