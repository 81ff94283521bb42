#include "common/io/write_all.h"

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/io/file_system.h"

namespace nepa::io {

absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = Disk().Write(fd, bytes.data(), bytes.size());
    if (written == -EINTR) continue;
    if (written < 0) {
      return ErrnoStatus(static_cast<int>(-written), absl::StrCat("writing ", path));
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace nepa::io
