// RandAugment as the recipe's library (timm) defines it: a few operations, each drawn at random
// and applied with a probability, at a magnitude that varies a little.
//
// Pure; any thread.
#ifndef NEPA_WORKER_TRAIN_DATA_RAND_AUGMENT_H_
#define NEPA_WORKER_TRAIN_DATA_RAND_AUGMENT_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/config/job_spec.h"
#include "worker/train/data/image.h"
#include "worker/train/data/random.h"

namespace nepa::data {

struct RandAugmentPolicy {
  // From the text, e.g. "rand-m9-mstd0.5-inc1".
  double magnitude = 10;     // m: 0 … 10
  double deviation = 0;      // mstd: of the magnitude, which is drawn anew for each operation
  bool increasing = false;   // inc1: every operation grows stronger with the magnitude
  int operations = 2;        // n: drawn for each image, with replacement
  double probability = 0.5;  // p: that a drawn operation is applied

  // From elsewhere in the recipe: for operations that move pixels.
  config::Interpolation interpolation = config::Interpolation::kBicubic;
  uint8_t fill = 128;  // what moves in from outside: the mean that pixels are normalised with
};

// Reads "rand" with any of -mX, -mstdX, -incX, -nX, -pX. INVALID_ARGUMENT names the part that isn't
// understood and what is.
absl::StatusOr<RandAugmentPolicy> ParseRandAugment(absl::string_view text);

// Changes `image` in place; `spare` is memory to work in.
void RandAugment(const RandAugmentPolicy& policy, RandomStream& random, Image& image, Image& spare);

// The operations by themselves. `increasing` and plain variants differ in how they read the
// magnitude alone.
enum class Operation {
  kAutoContrast,
  kEqualize,
  kInvert,
  kRotate,
  kPosterize,
  kSolarize,
  kSolarizeAdd,
  kColor,
  kContrast,
  kBrightness,
  kSharpness,
  kShearX,
  kShearY,
  kTranslateX,
  kTranslateY,
};
inline constexpr int kOperationCount = 15;

// `argument` is what the operation itself takes: degrees, bits kept, threshold, what to add, blend
// factor, shear, share of the width or height.
void ApplyOperation(Operation operation, double argument, const RandAugmentPolicy& policy,
                    Image& image, Image& spare);

// The operation's argument at `magnitude`; `negated` for those that have a direction.
double OperationArgument(Operation operation, double magnitude, bool increasing, bool negated);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_RAND_AUGMENT_H_
