#include "common/base/clock.h"

#include <chrono>

#include "absl/time/clock.h"

namespace nepa {

std::function<absl::Time()> SteadyWallClock() {
  using Steady = std::chrono::steady_clock;
  const int64_t began_nanos = absl::ToUnixNanos(absl::Now());
  const Steady::time_point began = Steady::now();
  return [began_nanos, began] {
    const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(Steady::now() - began);
    return absl::FromUnixNanos(began_nanos + since.count());
  };
}

}  // namespace nepa
