// Chance that is the same for the same seed, on every machine.
#ifndef NEPA_TESTS_SIMULATION_CHANCE_H_
#define NEPA_TESTS_SIMULATION_CHANCE_H_

#include <cstdint>
#include <random>
#include <vector>

#include "absl/time/time.h"

namespace nepa::simulation {

// The standard's distributions differ between libraries, so the few that are needed are here.
class Chance {
 public:
  explicit Chance(uint64_t seed) : engine_(seed) {}

  // low … high, both included.
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(engine_() % static_cast<uint64_t>(high - low + 1));
  }
  absl::Duration Between(absl::Duration low, absl::Duration high) {
    return absl::Microseconds(
        Between(absl::ToInt64Microseconds(low), absl::ToInt64Microseconds(high)));
  }
  bool Happens(double probability) {
    return static_cast<double>(engine_() >> 11) * 0x1p-53 < probability;
  }
  template <typename T>
  T& OneOf(std::vector<T>& items) {
    return items[static_cast<size_t>(Between(0, static_cast<int64_t>(items.size()) - 1))];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace nepa::simulation

#endif  // NEPA_TESTS_SIMULATION_CHANCE_H_
