// The bound on a job's metric history: which points are forgotten, so that a job of a month plots
// at once and costs no more than one of an hour.
//
// The first and the last point stay. What was measured beside training (an evaluation) stays as
// long as a point of training is there to go in its place. Of both kinds the newest half of what is
// kept stays whole, and of those before, as many as are kept stand evenly over the steps.
//
// Pure.
#ifndef NEPA_COORDINATOR_STORAGE_METRIC_HISTORY_H_
#define NEPA_COORDINATOR_STORAGE_METRIC_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nepa::storage {

// A history longer than this is thinned to kThinnedPoints, give or take the two at its ends.
inline constexpr size_t kMostPoints = 4000;
inline constexpr size_t kThinnedPoints = 3000;

struct HistoryPoint {
  int64_t step = 0;
  bool evaluation = false;  // has a value that a step of training does not bring
};

// The steps of the points to forget. `points` in the order of their steps; the same points give the
// same answer.
std::vector<int64_t> StepsToForget(const std::vector<HistoryPoint>& points);

}  // namespace nepa::storage

#endif  // NEPA_COORDINATOR_STORAGE_METRIC_HISTORY_H_
