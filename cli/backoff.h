// How long to wait between tries: 0.1 s, doubling, at most 2 s.
//
// Pure: the waiting is the caller's.
#ifndef NEPA_CLI_BACKOFF_H_
#define NEPA_CLI_BACKOFF_H_

#include <algorithm>

#include "absl/time/time.h"

namespace nepa::cli {

class Backoff {
 public:
  // The wait before the next try, never longer than `left`; zero when no time is left.
  absl::Duration Next(absl::Duration left) {
    const absl::Duration wait = std::min(next_, std::max(left, absl::ZeroDuration()));
    next_ = std::min(next_ * 2, kLongest);
    return wait;
  }
  // After something worked.
  void Reset() { next_ = kFirst; }

 private:
  static constexpr absl::Duration kFirst = absl::Milliseconds(100);
  static constexpr absl::Duration kLongest = absl::Seconds(2);
  absl::Duration next_ = kFirst;
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_BACKOFF_H_
