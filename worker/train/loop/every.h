// When something that a job file asks for `every` so often is due.
//
// Pure: steps and time come in.
#ifndef NEPA_WORKER_TRAIN_LOOP_EVERY_H_
#define NEPA_WORKER_TRAIN_LOOP_EVERY_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "common/config/job_spec.h"

namespace nepa::loop {

class Every {
 public:
  // Without an interval nothing is ever due. A time counts from `start`.
  Every(const std::optional<config::Interval>& interval, int64_t steps_per_epoch, absl::Time start)
      : interval_(interval), steps_per_epoch_(steps_per_epoch), last_(start) {}

  // Whether it is due after `step` steps. Steps and epochs count from the start of training, so
  // that a resumed run does the same at the same steps as an uninterrupted one.
  bool Due(int64_t step, absl::Time now) const;

  // It was done at `now`, due or not.
  void Done(absl::Time now) { last_ = now; }

 private:
  std::optional<config::Interval> interval_;
  int64_t steps_per_epoch_;
  absl::Time last_;
};

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_EVERY_H_
