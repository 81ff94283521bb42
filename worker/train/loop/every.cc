#include "worker/train/loop/every.h"

namespace nepa::loop {

bool Every::Due(int64_t step, absl::Time now) const {
  if (!interval_.has_value() || step == 0) return false;
  switch (interval_->unit) {
    case config::Interval::Unit::kTime:
      return now - last_ >= interval_->time;
    case config::Interval::Unit::kSteps:
      return step % interval_->count == 0;
    case config::Interval::Unit::kEpochs:
      return step % (interval_->count * steps_per_epoch_) == 0;
  }
  return false;
}

}  // namespace nepa::loop
