// Writing a whole run of bytes to a file descriptor.
#ifndef NEPA_COMMON_IO_WRITE_ALL_H_
#define NEPA_COMMON_IO_WRITE_ALL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace nepa::io {

// Hands all of `bytes` to the system, whatever each write takes; `path` is for the message. Any
// thread. RESOURCE_EXHAUSTED (disk full) or UNAVAILABLE, after which a part may be written.
absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path);

}  // namespace nepa::io

#endif  // NEPA_COMMON_IO_WRITE_ALL_H_
