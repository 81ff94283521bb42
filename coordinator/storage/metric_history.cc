#include "coordinator/storage/metric_history.h"

#include <algorithm>
#include <iterator>

namespace nepa::storage {
namespace {

// Appends to `forgotten` those of `steps`, ascending, that are too many beside `kept`.
void Thin(const std::vector<int64_t>& steps, size_t kept, std::vector<int64_t>& forgotten) {
  if (steps.size() <= kept) return;
  const size_t newest = kept / 2, spread = kept - newest;
  const size_t older = steps.size() - newest;
  if (spread == 0) {
    forgotten.insert(forgotten.end(), steps.begin(), steps.end());
    return;
  }
  // Of each of `spread` equal spans of steps the first point.
  const double width =
      static_cast<double>(steps[older - 1] - steps.front() + 1) / static_cast<double>(spread);
  int64_t last_span = -1;
  for (size_t i = 0; i < older; ++i) {
    const auto span = static_cast<int64_t>(static_cast<double>(steps[i] - steps.front()) / width);
    if (span == last_span) forgotten.push_back(steps[i]);
    last_span = span;
  }
}

}  // namespace

std::vector<int64_t> StepsToForget(const std::vector<HistoryPoint>& points) {
  std::vector<int64_t> forgotten;
  if (points.size() <= kMostPoints) return forgotten;
  std::vector<int64_t> training, evaluations;
  for (size_t i = 1; i + 1 < points.size(); ++i) {
    (points[i].evaluation ? evaluations : training).push_back(points[i].step);
  }
  Thin(evaluations, kThinnedPoints, forgotten);
  Thin(training, kThinnedPoints - std::min(kThinnedPoints, evaluations.size()), forgotten);
  return forgotten;
}

}  // namespace nepa::storage
