#include "common/base/clock.h"

#include <chrono>
#include <cstdint>

#include "absl/time/clock.h"

namespace nepa {

absl::Time SteadyNow() {
  using Steady = std::chrono::steady_clock;
  struct Beginning {
    int64_t wall_nanos = absl::ToUnixNanos(absl::Now());
    Steady::time_point steady = Steady::now();
  };
  static const Beginning beginning;
  const auto since =
      std::chrono::duration_cast<std::chrono::nanoseconds>(Steady::now() - beginning.steady);
  return absl::FromUnixNanos(beginning.wall_nanos + since.count());
}

}  // namespace nepa
