// The clock of every program.
#ifndef NEPA_COMMON_BASE_CLOCK_H_
#define NEPA_COMMON_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace nepa {

// The time of day when this process first asked, and from then on what a steady clock adds: it
// never jumps, so that setting the machine's clock makes no lease run out, holds back no progress
// and puts off no checkpoint. Whole nanoseconds, as they are stored. Any thread.
absl::Time SteadyNow();

}  // namespace nepa

#endif  // NEPA_COMMON_BASE_CLOCK_H_
