// Notices that training has become hopeless because all embeddings have become one: the loss dives
// to -1 while the spread of the embeddings goes to 0.
//
// Pure.
#ifndef NEPA_WORKER_TRAIN_LOOP_COLLAPSE_MONITOR_H_
#define NEPA_WORKER_TRAIN_LOOP_COLLAPSE_MONITOR_H_

#include <cstdint>

#include "common/config/job_spec.h"

namespace nepa::loop {

class CollapseMonitor {
 public:
  // `count`: steps in a row that already looked collapsed, of a run that is resumed.
  explicit CollapseMonitor(const config::Monitor& limits, int64_t count = 0)
      : limits_(limits), count_(count) {}

  // Takes the spread of one step. True once it was below the limit for as many steps in a row as
  // the job file allows.
  bool Collapsed(double embedding_std) {
    if (limits_.collapse_std <= 0) return false;
    count_ = embedding_std < limits_.collapse_std ? count_ + 1 : 0;
    return count_ >= limits_.collapse_steps;
  }

  int64_t count() const { return count_; }

 private:
  config::Monitor limits_;
  int64_t count_;
};

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_COLLAPSE_MONITOR_H_
