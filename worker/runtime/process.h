// A trainer process of our own: two pipes, a log file, a process group.
//
// The write end of the control pipe is held by this process alone and closes with it, however it
// dies: that is the trainer's lifeline. The group dies with the trainer, so that nothing it started
// outlives it.
//
// Confined to the loop thread. Signals go only to processes that this one started and has not
// waited for, so that no number is ever taken for another process.
#ifndef NEPA_WORKER_RUNTIME_PROCESS_H_
#define NEPA_WORKER_RUNTIME_PROCESS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/io/unique_fd.h"
#include "worker/agent/rank_exit.h"

namespace nepa::worker {

struct ProcessSpec {
  std::string path;
  std::vector<std::string> arguments;    // --frames-fd and --control-fd are added
  std::vector<std::string> environment;  // NAME=VALUE, all of it
  std::string log_path;                  // stdout and stderr are appended
};

class Process {
 public:
  // NOT_FOUND or PERMISSION_DENIED if `path` cannot be run; RESOURCE_EXHAUSTED or UNAVAILABLE if
  // the log cannot be written or the system has no more processes. Each says which.
  static absl::StatusOr<Process> Start(const ProcessSpec& spec);

  Process(Process&&) = default;
  // Not assignable: a process that has not been reaped must not be dropped by accident.
  Process& operator=(Process&&) = delete;

  pid_t pid() const { return pid_; }
  // Readable end of the frame pipe, non-blocking; -1 after CloseFrames().
  int frames_fd() const { return frames_.get(); }
  void CloseFrames() { frames_.Reset(); }

  // Appends a newline. A rank that reads nothing, or is gone, makes no error: its end will tell.
  void WriteControl(std::string_view line);

  // SIGKILL to the whole group.
  void Kill();

  // How the process ended, once; none while it runs. What is left of its group is killed. The
  // log's tail is left to the caller.
  std::optional<agent::ProcessEnd> Reap();

 private:
  Process(pid_t pid, io::UniqueFd frames, io::UniqueFd control)
      : pid_(pid), frames_(std::move(frames)), control_(std::move(control)) {}

  pid_t pid_;
  bool reaped_ = false;
  io::UniqueFd frames_;
  io::UniqueFd control_;
};

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_PROCESS_H_
