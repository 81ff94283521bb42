// What of a job file can be looked at on this machine without the trainer: whether the data and the
// model folder that it names are there.
//
// For run and validate --data; on a cluster the worker looks, before the first step. Any thread.
#ifndef NEPA_CLI_DATA_PATHS_H_
#define NEPA_CLI_DATA_PATHS_H_

#include "absl/status/status.h"
#include "common/config/job_spec.h"

namespace nepa::cli {

// INVALID_ARGUMENT with every fault attached (failure.h), each at its place in the file. What is
// inside the files is the trainer's to judge.
absl::Status CheckPaths(const config::JobFile& job);

}  // namespace nepa::cli

#endif  // NEPA_CLI_DATA_PATHS_H_
