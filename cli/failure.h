// How a command fails: what it prints, and the exit code.
//
// Pure. Any thread.
#ifndef NEPA_CLI_FAILURE_H_
#define NEPA_CLI_FAILURE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nepa/v1/job_service.pb.h"

namespace nepa::cli {

// The documented exit codes of nepactl.
enum ExitCode : int {
  kExitDone = 0,
  kExitJobFailed = 1,    // also cancelled; also any failure that is none of the below
  kExitUsage = 2,        // wrong usage, a refused file, or a file of this machine that is of no use
  kExitUnreachable = 3,  // the coordinator
  kExitNotAllowed = 4,   // by permission, in the thing's phase, or by a bound of the coordinator
  kExitNotFound = 5,
  kExitTimeout = 124,     // of nepactl wait --timeout, as timeout(1) says it
  kExitInterrupted = 130  // by Ctrl-C, as shells say it
};

// INVALID_ARGUMENT that carries every fault of a job file.
absl::Status RefusedFile(const std::vector<v1::JobFileFault>& faults);

// INVALID_ARGUMENT in place of whatever befell a file or folder of this machine: other codes speak
// of the coordinator and of what it keeps. `advice`, where there is some, ends the message. OK
// stays OK.
absl::Status LocalFailure(const absl::Status& status, absl::string_view advice = "");

// The faults that `status` carries; empty for any other failure.
std::vector<v1::JobFileFault> FaultsOf(const absl::Status& status);

int ExitCodeFor(const absl::Status& status);

// For stderr: "nepactl: message", or of a refused file one line a fault,
// FILE:LINE:COLUMN: field: message (without a position where it has none).
std::string FailureText(const absl::Status& status);

}  // namespace nepa::cli

#endif  // NEPA_CLI_FAILURE_H_
