// Mixup and CutMix in batch mode, as timm's Mixup does them: one draw for each group of 128 samples
// of the global batch, and sample i of a group is mixed with sample 127 - i. The groups are cut
// from the global batch, not from what a rank or a micro-batch holds, so neither changes the
// result.
//
// Pure.
#ifndef NEPA_WORKER_TRAIN_DATA_MIXING_H_
#define NEPA_WORKER_TRAIN_DATA_MIXING_H_

#include <cstdint>

#include "absl/types/span.h"
#include "worker/train/data/random.h"

namespace nepa::data {

inline constexpr int64_t kMixingGroup = 128;

// Each is drawn half of the time where both are on; a group is always mixed.
struct MixingOptions {
  double mixup = 0;   // alpha; 0: off
  double cutmix = 0;  // alpha; 0: off
  bool on() const { return mixup > 0 || cutmix > 0; }
};

// Where `position` of a global batch of `global_size` has its partner: in the same group, counted
// from its end. A last group that isn't full is reversed as it is.
int64_t MixingPartner(int64_t position, int64_t global_size);

// What one group does.
struct Mix {
  float own_weight = 1;  // λ: share of the sample itself in its target
  bool cutmix = false;   // else mixup
  // CutMix: rows top … bottom - 1, columns left … right - 1 come from the partner.
  int top = 0, bottom = 0, left = 0, right = 0;
};

// `random` is the group's stream. λ is Beta(alpha, alpha); for CutMix it is set right to the area
// that is left of the box after it was cut at the border.
Mix DrawMix(const MixingOptions& options, int image_size, RandomStream& random);

// Mixes `partner` [channels, S, S] into `sample`, and where `both`, the other way at once.
void ApplyMix(const Mix& mix, int channels, int image_size, bool both, absl::Span<float> sample,
              absl::Span<float> partner);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_MIXING_H_
