// Keeps something that could happen at every step from happening too often.
//
// Pure: time comes in.
#ifndef NEPA_WORKER_TRAIN_LOOP_PACE_H_
#define NEPA_WORKER_TRAIN_LOOP_PACE_H_

#include "absl/time/time.h"

namespace nepa::loop {

class Pace {
 public:
  explicit Pace(absl::Duration least) : least_(least) {}

  // Whether `least` has passed since the last time it was done; true before the first.
  bool Due(absl::Time now) const { return now - last_ >= least_; }
  void Done(absl::Time now) { last_ = now; }

 private:
  absl::Duration least_;
  absl::Time last_ = absl::InfinitePast();
};

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_PACE_H_
