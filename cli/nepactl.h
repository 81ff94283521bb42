// nepactl as a function, so that tests run whole commands.
#ifndef NEPA_CLI_NEPACTL_H_
#define NEPA_CLI_NEPACTL_H_

#include <string>
#include <vector>

#include "cli/environment.h"

namespace nepa::cli {

// Runs the command that `env.arguments` asks for and returns the exit code (failure.h). `variables`
// names what the environment holds: one that is almost spelt like one of nepactl's is refused.
int RunNepactl(const Environment& env, const std::vector<std::string>& variables = {});

}  // namespace nepa::cli

#endif  // NEPA_CLI_NEPACTL_H_
