// A job's progress in one line, and its end in another.
//
// Pure. Any thread.
#ifndef NEPA_CLI_PROGRESS_H_
#define NEPA_CLI_PROGRESS_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "nepa/v1/job.pb.h"

namespace nepa::cli {

// How long the remaining steps take at the present images a second; none where that is not known.
std::optional<absl::Duration> TimeLeft(const v1::Job& job);

// "j1 fashion  RUNNING  epoch 3.2/12  step 1,230/2,340  loss -0.9123  1,420 images/s  2m10s left",
// or the phase with its reason while it does not run.
std::string ProgressLine(const v1::Job& job, bool color);

// Of a job that ended or is paused: "j1 fashion SUCCEEDED in 4m10s: 2,340 steps, loss -0.9312,
// knn_top1 77.8 %", or why it failed.
std::string EndLine(const v1::Job& job, bool color);

}  // namespace nepa::cli

#endif  // NEPA_CLI_PROGRESS_H_
