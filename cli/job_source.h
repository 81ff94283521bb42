// A job file as a command line names it, read and checked on this machine.
#ifndef NEPA_CLI_JOB_SOURCE_H_
#define NEPA_CLI_JOB_SOURCE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/command_line.h"
#include "common/config/job_file.h"

namespace nepa::cli {

// FILE and --set of submit, run and validate.
struct JobFileFlags {
  std::string file;
  std::vector<std::string> overrides;
};
void AddJobFileFlags(CLI::App* command, JobFileFlags* flags);

struct JobSource {
  config::JobFileText text;  // as it is sent to the coordinator
  config::JobFile job;
};

// Looks at no data. INVALID_ARGUMENT if the file cannot be read or has faults; all of them are
// attached (failure.h).
absl::StatusOr<JobSource> ReadJobSource(const JobFileFlags& flags);

}  // namespace nepa::cli

#endif  // NEPA_CLI_JOB_SOURCE_H_
