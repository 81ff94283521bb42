// The JOB that most commands take.
#ifndef NEPA_CLI_JOB_ARGUMENT_H_
#define NEPA_CLI_JOB_ARGUMENT_H_

#include <memory>
#include <string>

#include "cli/command_line.h"

namespace nepa::cli {

// Adds the required positional JOB to `command`, read into `job`.
inline CLI::Option* AddJobArgument(CLI::App* command, std::string* job) {
  return command->add_option("JOB", *job, "Id or name of a job")->required()->type_name("");
}

}  // namespace nepa::cli

#endif  // NEPA_CLI_JOB_ARGUMENT_H_
