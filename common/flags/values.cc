#include "common/flags/values.h"

#include "common/base/status.h"
#include "common/io/absolute_path.h"

namespace nepa::flags {

absl::StatusOr<std::string> AbsolutePath(absl::string_view flag, const std::string& path) {
  absl::StatusOr<std::string> absolute = io::AbsolutePath(path);
  if (!absolute.ok()) return Annotate(absolute.status(), flag);
  return absolute;
}

absl::StatusOr<HostPort> Address(absl::string_view flag, const std::string& text) {
  absl::StatusOr<HostPort> address = ParseHostPort(text);
  if (!address.ok()) return Annotate(address.status(), flag);
  return address;
}

}  // namespace nepa::flags
