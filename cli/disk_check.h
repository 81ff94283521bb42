// What lies on this machine's disk against a job file: data, model folder. For run and validate
// --data; on a cluster the worker looks, before the first step, with the same code.
//
// Main thread.
#ifndef NEPA_CLI_DISK_CHECK_H_
#define NEPA_CLI_DISK_CHECK_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/config/job_spec.h"

namespace nepa::cli {

// Runs `nepa-trainer --check` and returns what it says of a job without faults ("1024 training
// images, …"). `purpose` is the command that asks, for the message where the trainer is missing.
//
// INVALID_ARGUMENT with every fault attached (failure.h), each at its place in the file;
// UNAVAILABLE if the disk fails; INTERNAL if the trainer is missing or ends without a word.
absl::StatusOr<std::string> CheckDisk(const config::JobFile& job, const std::string& purpose);

// Whether the model that training starts from is one that only a coordinator can find (job/…,
// checkpoint/…): CheckDisk() does not look at it.
bool StartsFromRegistry(const config::JobFile& job);

}  // namespace nepa::cli

#endif  // NEPA_CLI_DISK_CHECK_H_
