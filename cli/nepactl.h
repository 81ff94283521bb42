// nepactl as a function, so that tests run whole commands.
#ifndef NEPA_CLI_NEPACTL_H_
#define NEPA_CLI_NEPACTL_H_

#include "cli/environment.h"

namespace nepa::cli {

// Runs the command that `env.arguments` asks for and returns the exit code (failure.h).
int RunNepactl(const Environment& env);

}  // namespace nepa::cli

#endif  // NEPA_CLI_NEPACTL_H_
