#include "worker/train/data/rand_augment.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "worker/train/data/affine.h"
#include "worker/train/data/color_ops.h"

namespace nepa::data {
namespace {

constexpr double kMaxMagnitude = 10;

// What begins a part of the text, the longest first: "mstd" before "m".
struct Key {
  absl::string_view name;
  double low, high;
  bool whole;
};
constexpr Key kKeys[] = {{"mstd", 0, 100, false},
                         {"inc", 0, 1, true},
                         {"m", 0, kMaxMagnitude, false},
                         {"n", 1, kOperationCount, true},
                         {"p", 0, 1, false}};

void Set(absl::string_view key, double value, RandAugmentPolicy& policy) {
  if (key == "mstd") policy.deviation = value;
  if (key == "inc") policy.increasing = value == 1;
  if (key == "m") policy.magnitude = value;
  if (key == "n") policy.operations = static_cast<int>(value);
  if (key == "p") policy.probability = value;
}

absl::Status ReadPart(absl::string_view part, RandAugmentPolicy& policy) {
  for (const Key& key : kKeys) {
    if (part.substr(0, key.name.size()) != key.name) continue;
    double value = 0;
    if (!absl::SimpleAtod(part.substr(key.name.size()), &value) || !(value >= key.low) ||
        !(value <= key.high) || (key.whole && value != static_cast<int>(value))) {
      return absl::InvalidArgumentError(absl::StrCat("\"", part, "\": ", key.name, " takes a ",
                                                     key.whole ? "whole " : "", "number from ",
                                                     key.low, " to ", key.high));
    }
    Set(key.name, value, policy);
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", part, "\" is not part of a policy; parts are m (magnitude), mstd (its ",
                   "deviation), inc, n (operations) and p (probability), each with a number"));
}

// Blend factors move away from 1, no change, in either direction; or from 0.1 to 1.9.
double BlendFactor(double level, bool increasing, bool negated) {
  if (!increasing) return level * 1.8 + 0.1;
  return std::max(0.1, 1 + (negated ? -level : level) * 0.9);
}

}  // namespace

absl::StatusOr<RandAugmentPolicy> ParseRandAugment(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '-');
  RandAugmentPolicy policy;
  if (parts[0] != "rand") {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" should begin with rand, as rand-m9-mstd0.5-inc1 does"));
  }
  for (size_t i = 1; i < parts.size(); ++i) NEPA_RETURN_IF_ERROR(ReadPart(parts[i], policy));
  return policy;
}

double OperationArgument(Operation operation, double magnitude, bool increasing, bool negated) {
  const double level = magnitude / kMaxMagnitude;
  const double sign = negated ? -1 : 1;
  switch (operation) {
    case Operation::kAutoContrast:
    case Operation::kEqualize:
    case Operation::kInvert:
      return 0;
    case Operation::kRotate:
      return sign * level * 30;
    case Operation::kPosterize: {
      const int bits = static_cast<int>(level * 4);
      return increasing ? 4 - bits : bits;
    }
    case Operation::kSolarize: {
      const int threshold = std::min(256, static_cast<int>(level * 256));
      return increasing ? 256 - threshold : threshold;
    }
    case Operation::kSolarizeAdd:
      return std::min(128, static_cast<int>(level * 110));
    case Operation::kColor:
    case Operation::kContrast:
    case Operation::kBrightness:
    case Operation::kSharpness:
      return BlendFactor(level, increasing, negated);
    case Operation::kShearX:
    case Operation::kShearY:
      return sign * level * 0.3;
    case Operation::kTranslateX:
    case Operation::kTranslateY:
      return sign * level * 0.45;
  }
  return 0;
}

void ApplyOperation(Operation operation, double argument, const RandAugmentPolicy& policy,
                    Image& image, Image& spare) {
  const auto move = [&](const Affine& affine) {
    Transform(affine, policy.interpolation, policy.fill, image.view(), spare);
    std::swap(image, spare);
  };
  switch (operation) {
    case Operation::kAutoContrast:
      return AutoContrast(image);
    case Operation::kEqualize:
      return Equalize(image);
    case Operation::kInvert:
      return Solarize(0, image);
    case Operation::kRotate:
      return move(Rotation(argument, image.view().size()));
    case Operation::kPosterize:
      return Posterize(static_cast<int>(argument), image);
    case Operation::kSolarize:
      return Solarize(static_cast<int>(argument), image);
    case Operation::kSolarizeAdd:
      return SolarizeAdd(static_cast<int>(argument), image);
    case Operation::kColor:
      return Color(argument, image);
    case Operation::kContrast:
      return Contrast(argument, image);
    case Operation::kBrightness:
      return Brightness(argument, image);
    case Operation::kSharpness:
      return Sharpness(argument, image, spare);
    case Operation::kShearX:
      return move({1, argument, 0, 0, 1, 0});
    case Operation::kShearY:
      return move({1, 0, 0, argument, 1, 0});
    case Operation::kTranslateX:
      return move({1, 0, argument * image.width, 0, 1, 0});
    case Operation::kTranslateY:
      return move({1, 0, 0, 0, 1, argument * image.height});
  }
}

void RandAugment(const RandAugmentPolicy& policy, RandomStream& random, Image& image,
                 Image& spare) {
  for (int i = 0; i < policy.operations; ++i) {
    const auto operation = static_cast<Operation>(random.Integer(0, kOperationCount - 1));
    if (!random.Chance(policy.probability)) continue;
    double magnitude = policy.magnitude;
    if (policy.deviation > 0) magnitude += policy.deviation * random.Normal();
    magnitude = std::clamp(magnitude, 0.0, kMaxMagnitude);
    const bool negated = random.Chance(0.5);
    ApplyOperation(operation, OperationArgument(operation, magnitude, policy.increasing, negated),
                   policy, image, spare);
  }
}

}  // namespace nepa::data
