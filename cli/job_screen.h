// A job as nepactl watch JOB shows it on a terminal: where it is, its curves, what happened last.
//
// Pure. Any thread.
#ifndef NEPA_CLI_JOB_SCREEN_H_
#define NEPA_CLI_JOB_SCREEN_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/environment.h"
#include "nepa/v1/job.pb.h"

namespace nepa::cli {

// The screen's lines. The loss has a curve, and so has the accuracy that was measured, else the
// speed, where there is room for two.
std::vector<std::string> JobScreenLines(const v1::Job& job,
                                        const std::vector<v1::MetricPoint>& points,
                                        const std::vector<v1::Event>& events, absl::Time now,
                                        const TerminalSize& size, bool color);

}  // namespace nepa::cli

#endif  // NEPA_CLI_JOB_SCREEN_H_
