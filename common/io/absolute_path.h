// Whole paths of those that a person gives.
#ifndef NEPA_COMMON_IO_ABSOLUTE_PATH_H_
#define NEPA_COMMON_IO_ABSOLUTE_PATH_H_

#include <string>

#include "absl/status/statusor.h"

namespace nepa::io {

// `path` counted from the working directory, without ".", ".." and a trailing slash.
// INVALID_ARGUMENT if it is empty; NOT_FOUND if it is relative and the working directory has been
// removed. Any thread.
absl::StatusOr<std::string> AbsolutePath(const std::string& path);

}  // namespace nepa::io

#endif  // NEPA_COMMON_IO_ABSOLUTE_PATH_H_
