#include "worker/runtime/process_identity.h"

extern "C" {  // which Debian 12's header forgets
#include <sys/pidfd.h>
}

#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "common/io/unique_fd.h"

namespace nepa::worker {
namespace {

constexpr size_t kMaxBytes = 4096;
constexpr int kKillMilliseconds = 5000;
// Of /proc/PID/stat, counted after the command's closing parenthesis.
constexpr size_t kStartField = 19;

}  // namespace

absl::StatusOr<ProcessIdentity> IdentityOf(pid_t pid) {
  NEPA_ASSIGN_OR_RETURN(const std::string stat,
                        io::ReadFile(absl::StrCat("/proc/", pid, "/stat"), kMaxBytes));
  NEPA_ASSIGN_OR_RETURN(const std::string boot,
                        io::ReadFile("/proc/sys/kernel/random/boot_id", kMaxBytes));
  // The command may hold spaces and parentheses itself.
  const size_t command_end = stat.rfind(") ");
  if (command_end == std::string::npos) {
    return absl::InternalError(absl::StrCat("/proc/", pid, "/stat is of an unknown form"));
  }
  const std::vector<std::string> fields = absl::StrSplit(stat.substr(command_end + 2), ' ');
  if (fields.size() <= kStartField) {
    return absl::InternalError(absl::StrCat("/proc/", pid, "/stat is of an unknown form"));
  }
  return ProcessIdentity{pid, fields[kStartField], std::string(absl::StripAsciiWhitespace(boot))};
}

std::string Encode(const ProcessIdentity& identity) {
  return absl::StrCat(identity.pid, " ", identity.start, " ", identity.boot, "\n");
}

absl::StatusOr<ProcessIdentity> DecodeProcessIdentity(const std::string& text) {
  const std::vector<std::string> words = absl::StrSplit(absl::StripAsciiWhitespace(text), ' ');
  ProcessIdentity identity;
  // 0 and 1 would be this process' own group and every process.
  if (words.size() != 3 || !absl::SimpleAtoi(words[0], &identity.pid) || identity.pid <= 1) {
    return absl::InvalidArgumentError("not the record of a process");
  }
  identity.start = words[1];
  identity.boot = words[2];
  return identity;
}

absl::Status EndProcess(const ProcessIdentity& identity) {
  // Taken before the check: from here on the descriptor means one process, whatever its number
  // does.
  const io::UniqueFd process(::pidfd_open(identity.pid, 0));
  if (!process.valid()) {
    if (errno == ESRCH) return absl::OkStatus();
    return ErrnoStatus(errno, absl::StrCat("looking at process ", identity.pid));
  }
  const absl::StatusOr<ProcessIdentity> now = IdentityOf(identity.pid);
  if (!now.ok() || *now != identity) return absl::OkStatus();
  ::pidfd_send_signal(process.get(), SIGKILL, nullptr, 0);
  ::kill(-identity.pid, SIGKILL);
  pollfd ended = {process.get(), POLLIN, 0};
  int count = 0;
  while ((count = ::poll(&ended, 1, kKillMilliseconds)) < 0 && errno == EINTR) {
  }
  if (count == 1) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("process ", identity.pid, ", left by an earlier worker, does not die"));
}

}  // namespace nepa::worker
