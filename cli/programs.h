// The other programs of nepa, which nepactl starts.
#ifndef NEPA_CLI_PROGRAMS_H_
#define NEPA_CLI_PROGRAMS_H_

#include <string>

#include "absl/status/statusor.h"

namespace nepa::cli {

// The path of program `name` beside nepactl. INTERNAL if it is missing or
// cannot be run, with what to do: `purpose` is what needs it, "nepactl run". Any thread.
absl::StatusOr<std::string> ProgramBeside(const std::string& name, const std::string& purpose);

}  // namespace nepa::cli

#endif  // NEPA_CLI_PROGRAMS_H_
