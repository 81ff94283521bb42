// The live table of nepactl watch: what the cluster does, in one screen.
//
// Pure. Any thread.
#ifndef NEPA_CLI_WATCH_TABLE_H_
#define NEPA_CLI_WATCH_TABLE_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/environment.h"
#include "nepa/v1/job_service.pb.h"

namespace nepa::cli {

// `done` as a share of 1 in `columns` cells of eighth blocks: "█████▍    ".
std::string BarText(double done, size_t columns);

// The screen's lines: how many jobs there are in which phase and how many slots are used, then a
// row for each job with phase, progress bar, loss, images a second, time left and reason. Columns
// that have no room are left out from the right; the last one that has is cut.
std::vector<std::string> WatchLines(const v1::WatchJobsResponse& news, absl::Time now,
                                    const TerminalSize& size, bool color);

}  // namespace nepa::cli

#endif  // NEPA_CLI_WATCH_TABLE_H_
