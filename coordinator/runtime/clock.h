// The coordinator's clock.
#ifndef NEPA_COORDINATOR_RUNTIME_CLOCK_H_
#define NEPA_COORDINATOR_RUNTIME_CLOCK_H_

#include <functional>

#include "absl/time/time.h"

namespace nepa::coordinator {

// The time of day when the function was made, and from then on what a steady clock adds: it never
// jumps, so that setting the machine's clock makes no lease run out. Whole nanoseconds, as they are
// stored. Any thread.
std::function<absl::Time()> SteadyWallClock();

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RUNTIME_CLOCK_H_
