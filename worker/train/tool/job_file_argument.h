// A job file given on the command line.
#ifndef NEPA_WORKER_TRAIN_TOOL_JOB_FILE_ARGUMENT_H_
#define NEPA_WORKER_TRAIN_TOOL_JOB_FILE_ARGUMENT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/config/job_spec.h"

namespace nepa::tool {

// Reads FILE with the `--set` overrides. INVALID_ARGUMENT lists every fault, one a line, as
// FILE:LINE:COLUMN: field: message.
absl::StatusOr<config::JobFile> ReadJobFileArgument(const std::string& file,
                                                    const std::vector<std::string>& overrides);

}  // namespace nepa::tool

#endif  // NEPA_WORKER_TRAIN_TOOL_JOB_FILE_ARGUMENT_H_
