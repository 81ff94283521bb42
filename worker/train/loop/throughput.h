// Images per second of training over the last few seconds of steps. Time that isn't training
// (evaluation, waiting for a checkpoint) doesn't count, since only steps are added.
//
// Pure.
#ifndef NEPA_WORKER_TRAIN_LOOP_THROUGHPUT_H_
#define NEPA_WORKER_TRAIN_LOOP_THROUGHPUT_H_

#include <cstdint>
#include <deque>

#include "absl/time/time.h"

namespace nepa::loop {

class Throughput {
 public:
  explicit Throughput(absl::Duration window) : window_(window) {}

  void AddStep(int64_t images, absl::Duration duration) {
    steps_.push_back({images, duration});
    images_ += images;
    duration_ += duration;
    // The last step always stays, however long it took.
    while (steps_.size() > 1 &&
           (duration_ - steps_.front().duration >= window_ || steps_.size() > kMaxSteps)) {
      images_ -= steps_.front().images;
      duration_ -= steps_.front().duration;
      steps_.pop_front();
    }
  }

  // 0 before the first step.
  double images_per_second() const {
    const double seconds = absl::ToDoubleSeconds(duration_);
    return seconds > 0 ? static_cast<double>(images_) / seconds : 0;
  }

 private:
  static constexpr size_t kMaxSteps = 4096;
  struct Step {
    int64_t images;
    absl::Duration duration;
  };
  absl::Duration window_;
  std::deque<Step> steps_;
  int64_t images_ = 0;       // of steps_
  absl::Duration duration_;  // of steps_
};

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_THROUGHPUT_H_
