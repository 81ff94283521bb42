// The clock of a daemon's loop.
#ifndef NEPA_COMMON_BASE_CLOCK_H_
#define NEPA_COMMON_BASE_CLOCK_H_

#include <functional>

#include "absl/time/time.h"

namespace nepa {

// The time of day when the function was made, and from then on what a steady clock adds: it never
// jumps, so that setting the machine's clock makes no lease run out. Whole nanoseconds, as they are
// stored. Any thread.
std::function<absl::Time()> SteadyWallClock();

}  // namespace nepa

#endif  // NEPA_COMMON_BASE_CLOCK_H_
