// Values of flags as both daemons read them. An error says which flag it is of. Any thread.
#ifndef NEPA_COMMON_FLAGS_VALUES_H_
#define NEPA_COMMON_FLAGS_VALUES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/flags/address.h"

namespace nepa::flags {

// `path` from the working directory. Errors of io::AbsolutePath.
absl::StatusOr<std::string> AbsolutePath(absl::string_view flag, const std::string& path);

// INVALID_ARGUMENT as ParseHostPort.
absl::StatusOr<HostPort> Address(absl::string_view flag, const std::string& text);

}  // namespace nepa::flags

#endif  // NEPA_COMMON_FLAGS_VALUES_H_
