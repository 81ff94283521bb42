// Going through a whole dataset at once, for those who want to know about it before they train:
// what can't be read, and how fast the rest can.
#ifndef NEPA_WORKER_TRAIN_DATA_SURVEY_H_
#define NEPA_WORKER_TRAIN_DATA_SURVEY_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "worker/train/data/dataset.h"
#include "worker/train/data/transform.h"

namespace nepa::data {

struct Survey {
  int64_t images = 0;                        // that could be read
  int64_t failures = 0;                      // that couldn't
  std::vector<absl::Status> first_failures;  // in the dataset's order; kMaxFailuresKept at most
  Size smallest, largest;                    // by area, of those read
};
inline constexpr size_t kMaxFailuresKept = 100;

// Reads every image completely, on `threads` threads.
Survey ReadEverySample(const Dataset& dataset, int threads);

struct LoadingRate {
  int64_t images = 0;   // prepared
  int64_t skipped = 0;  // couldn't be read
  absl::Duration time;
};

// Prepares samples in the order of training, from the first epoch on, on `threads` threads until
// `limit` has passed.
LoadingRate MeasureLoading(const Dataset& dataset, const TransformOptions& options, uint64_t seed,
                           int threads, absl::Duration limit);

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_SURVEY_H_
