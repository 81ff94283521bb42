// Variables of the environment that begin with NEPA_ or NEPACTL_: settings of our programs. Any
// thread.
#ifndef NEPA_COMMON_FLAGS_VARIABLES_H_
#define NEPA_COMMON_FLAGS_VARIABLES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace nepa::flags {

// The names in `environment`, as the system hands it over: "NAME=VALUE" each, null at its end.
std::vector<std::string> VariableNames(const char* const* environment);

// INVALID_ARGUMENT if one of `names` is ours by its beginning, belongs to none of our programs, and
// is almost one of `known`, which this program reads. Other names are not our business.
absl::Status MisspeltVariables(const std::vector<std::string>& names,
                               const std::vector<std::string>& known);

}  // namespace nepa::flags

#endif  // NEPA_COMMON_FLAGS_VARIABLES_H_
