// When this process was started, for the trace of what it does.
#ifndef NEPA_CLI_PROCESS_START_H_
#define NEPA_CLI_PROCESS_START_H_

#include "absl/time/time.h"

namespace nepa::cli {

// As the kernel has noted it, in hundredths of a second: earlier by up to that. `now` where it does
// not say.
absl::Time ProcessStart(absl::Time now);

}  // namespace nepa::cli

#endif  // NEPA_CLI_PROCESS_START_H_
