#include "worker/train/loop/standby.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/frames/frames.h"
#include "common/io/unique_fd.h"

namespace nepa::loop {

absl::StatusOr<std::optional<frames::Begin>> AwaitBegin(int control_fd) {
  std::string line;
  for (;;) {
    // Byte by byte: what follows is for whoever reads the pipe next.
    char byte = 0;
    const ssize_t count = ::read(control_fd, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    if (byte == '\n') break;
    if (line.size() == frames::kMaxFrameBytes) {
      return absl::InvalidArgumentError("control line: longer than any is");
    }
    line.push_back(byte);
  }
  NEPA_ASSIGN_OR_RETURN(frames::Begin begin, frames::DecodeBegin(line));
  return begin;
}

absl::Status AppendOutputTo(const std::string& path) {
  const io::UniqueFd log(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!log.valid() || ::dup2(log.get(), STDOUT_FILENO) < 0 ||
      ::dup2(log.get(), STDERR_FILENO) < 0) {
    return ErrnoStatus(errno, absl::StrCat("opening the log ", path));
  }
  return absl::OkStatus();
}

}  // namespace nepa::loop
