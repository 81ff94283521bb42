// What cancel, pause and resume have in common: one job, one request, one line of answer.
#ifndef NEPA_CLI_CHANGE_JOB_H_
#define NEPA_CLI_CHANGE_JOB_H_

#include <string>

#include "cli/command_line.h"

namespace nepa::cli {

using JobChange = absl::StatusOr<v1::Job> (Client::*)(const std::string& job);

// Adds a command that calls `change` on the job it names and prints the job as it then is.
void AddJobChange(CommandLine& line, const std::string& name, const std::string& purpose,
                  const std::string& examples, JobChange change);

}  // namespace nepa::cli

#endif  // NEPA_CLI_CHANGE_JOB_H_
