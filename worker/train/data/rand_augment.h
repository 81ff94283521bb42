// RandAugment as the recipe's library (timm) defines it: a few operations, each drawn at random
// and applied with a probability, at a magnitude that varies a little.
//
// Pure; any thread.
#ifndef NEPA_WORKER_TRAIN_DATA_RAND_AUGMENT_H_
#define NEPA_WORKER_TRAIN_DATA_RAND_AUGMENT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "worker/train/data/image.h"
#include "worker/train/data/random.h"

namespace nepa::data {

struct RandAugmentPolicy {
  double magnitude = 9;      // m: 0 … 10
  double deviation = 0;      // mstd: of the magnitude, normal
  bool increasing = false;   // inc: every operation grows stronger with the magnitude
  int operations = 2;        // n: drawn for each image, with replacement
  double probability = 0.5;  // p: that a drawn operation is applied
  int fill = 128;            // value of what moves in from outside the image
};

// Reads "rand-m9-mstd0.5-inc1". INVALID_ARGUMENT names the part that isn't understood.
absl::StatusOr<RandAugmentPolicy> ParseRandAugment(absl::string_view text);

// Changes `image` in place; `spare` is memory to work in.
void RandAugment(const RandAugmentPolicy& policy, RandomStream& random, Image& image, Image& spare);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_RAND_AUGMENT_H_
