// Virtual time: actions in the order of their times, of equal ones in the order of their coming.
#ifndef NEPA_TESTS_SIMULATION_TIMELINE_H_
#define NEPA_TESTS_SIMULATION_TIMELINE_H_

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace nepa::simulation {

class Timeline {
 public:
  using Action = std::function<void()>;

  absl::Time now() const { return now_; }
  int64_t actions_done() const { return done_; }

  void At(absl::Time time, Action action) {
    queue_.push({std::max(time, now_), next_++, std::move(action)});
  }
  void After(absl::Duration delay, Action action) { At(now_ + delay, std::move(action)); }

  // Does what comes next and moves the time to it. False if nothing is left before `end`.
  bool Step(absl::Time end) {
    if (queue_.empty() || queue_.top().time > end) return false;
    Entry entry = std::move(const_cast<Entry&>(queue_.top()));  // popped at once
    queue_.pop();
    now_ = entry.time;
    ++done_;
    entry.action();
    return true;
  }

 private:
  struct Entry {
    absl::Time time;
    int64_t number = 0;
    Action action;
    bool operator<(const Entry& other) const {  // the queue gives its largest first
      return time != other.time ? time > other.time : number > other.number;
    }
  };

  absl::Time now_ = absl::UnixEpoch() + absl::Hours(24 * 365);
  int64_t next_ = 0;
  int64_t done_ = 0;
  std::priority_queue<Entry> queue_;
};

}  // namespace nepa::simulation

#endif  // NEPA_TESTS_SIMULATION_TIMELINE_H_
