#include "worker/train/data/mixing.h"

#include <algorithm>
#include <cmath>

namespace nepa::data {
namespace {

constexpr double kCutmixShare = 0.5;

Mix DrawCutmix(double lambda, int side, RandomStream& random) {
  const int cut = static_cast<int>(side * std::sqrt(1 - lambda));
  const int center_y = static_cast<int>(random.Integer(0, side - 1));
  const int center_x = static_cast<int>(random.Integer(0, side - 1));
  Mix mix;
  mix.cutmix = true;
  mix.top = std::clamp(center_y - cut / 2, 0, side);
  mix.bottom = std::clamp(center_y + cut / 2, 0, side);
  mix.left = std::clamp(center_x - cut / 2, 0, side);
  mix.right = std::clamp(center_x + cut / 2, 0, side);
  const double area = static_cast<double>(mix.bottom - mix.top) * (mix.right - mix.left);
  mix.own_weight = static_cast<float>(1 - area / (static_cast<double>(side) * side));
  return mix;
}

void ApplyCutmix(const Mix& mix, int channels, int side, bool both, float* sample, float* partner) {
  for (int c = 0; c < channels; ++c) {
    for (int y = mix.top; y < mix.bottom; ++y) {
      const int64_t row = (static_cast<int64_t>(c) * side + y) * side;
      float* const begin = sample + row + mix.left;
      float* const end = sample + row + mix.right;
      if (both) {
        std::swap_ranges(begin, end, partner + row + mix.left);
      } else {
        std::copy(partner + row + mix.left, partner + row + mix.right, begin);
      }
    }
  }
}

}  // namespace

int64_t MixingPartner(int64_t position, int64_t global_size) {
  const int64_t begin = position - position % kMixingGroup;
  const int64_t end = std::min(begin + kMixingGroup, global_size);
  return begin + (end - 1 - position);
}

Mix DrawMix(const MixingOptions& options, int image_size, RandomStream& random) {
  bool cutmix = options.cutmix > 0;
  if (cutmix && options.mixup > 0) cutmix = random.Chance(kCutmixShare);
  const double lambda = random.SymmetricBeta(cutmix ? options.cutmix : options.mixup);
  if (cutmix) return DrawCutmix(lambda, image_size, random);
  Mix mix;
  mix.own_weight = static_cast<float>(lambda);
  return mix;
}

void ApplyMix(const Mix& mix, int channels, int image_size, bool both, absl::Span<float> sample,
              absl::Span<float> partner) {
  if (mix.cutmix) {
    ApplyCutmix(mix, channels, image_size, both, sample.data(), partner.data());
    return;
  }
  const float own = mix.own_weight, other = 1 - mix.own_weight;
  float* const a = sample.data();
  float* const b = partner.data();
  const size_t count = sample.size();
  if (!both) {
    for (size_t i = 0; i < count; ++i) a[i] = a[i] * own + b[i] * other;
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    const float x = a[i], y = b[i];
    a[i] = x * own + y * other;
    b[i] = y * own + x * other;
  }
}

}  // namespace nepa::data
