// A program that nepactl runs for its own time.
#ifndef NEPA_CLI_CHILD_PROCESS_H_
#define NEPA_CLI_CHILD_PROCESS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/io/unique_fd.h"

namespace nepa::cli {

// Thread rule: confined to the main thread.
class ChildProcess {
 public:
  enum class AfterUs {
    kIsEnded,  // the kernel sends it SIGTERM (several times, maybe) when we end, however we end
    kGoesOn,   // it ends by itself
  };

  // The descriptors that a child begins with.
  struct Streams {
    int in = -1;  // -1: /dev/null
    int out = -1;
    int err = -1;
    std::vector<int> inherited;  // stay open as they are
  };

  // Starts `words` (the program's path first). It is in a process group of its own, so that a
  // Ctrl-C at the terminal is nepactl's alone; its environment is ours without NEPA_ variables,
  // which are settings of daemons of their own.
  static absl::StatusOr<ChildProcess> Start(const std::vector<std::string>& words,
                                            const Streams& streams, AfterUs after_us);
  // With both outputs appended to `log_path`.
  static absl::StatusOr<ChildProcess> Start(const std::vector<std::string>& words,
                                            const std::string& log_path,
                                            const std::vector<int>& inherited, AfterUs after_us);

  ChildProcess(ChildProcess&&) = default;
  ChildProcess& operator=(ChildProcess&&) = delete;
  // A child that still runs is killed.
  ~ChildProcess();

  // Readable once the child has ended.
  int fd() const { return pidfd_.get(); }
  void Signal(int signal_number);
  // Waits for the end: true, and exit_code() is set; false after `patience`.
  bool Wait(absl::Duration patience);
  // 128 + signal if a signal ended it; none while it runs.
  const std::optional<int>& exit_code() const { return exit_code_; }

 private:
  ChildProcess(pid_t pid, io::UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

  pid_t pid_;
  io::UniqueFd pidfd_;
  std::optional<int> exit_code_;
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_CHILD_PROCESS_H_
