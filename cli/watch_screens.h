// The two live screens of nepactl watch: drawn over again as the coordinator's streams bring news.
#ifndef NEPA_CLI_WATCH_SCREENS_H_
#define NEPA_CLI_WATCH_SCREENS_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/context.h"
#include "cli/interrupts.h"

namespace nepa::cli {

// All jobs, until a signal. The exit code.
absl::StatusOr<int> WatchAllOnScreen(Context& context, Interrupts& interrupts);

// One job with its curves, to its end; then how it ended, on the screen that was there before. A
// signal ends the watching, not the job. The exit code.
absl::StatusOr<int> WatchJobOnScreen(Context& context, Interrupts& interrupts,
                                     const std::string& name);

}  // namespace nepa::cli

#endif  // NEPA_CLI_WATCH_SCREENS_H_
