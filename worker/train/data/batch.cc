#include "worker/train/data/batch.h"

#include <algorithm>

namespace nepa::data {

void FillTargets(const Batch& batch, int64_t class_count, double smoothing,
                 absl::Span<float> targets) {
  const float everywhere = static_cast<float>(smoothing / static_cast<double>(class_count));
  const float on_label = static_cast<float>(1 - smoothing);
  std::fill(targets.begin(), targets.end(), everywhere);
  for (int64_t i = 0; i < batch.size(); ++i) {
    float* const row = targets.data() + i * class_count;
    const auto add = [&](int64_t label, float share) {
      if (label >= 0 && label < class_count) row[label] += on_label * share;
    };
    const float own = batch.own_weights.empty() ? 1 : batch.own_weights[i];
    add(batch.labels[i], own);
    if (!batch.partner_labels.empty()) add(batch.partner_labels[i], 1 - own);
  }
}

}  // namespace nepa::data
