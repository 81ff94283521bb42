// nepa-trainer as a child process with a frame pipe and a control pipe, as a worker starts it.
//
// Confined to one thread. The child is killed when the object goes away.
#ifndef NEPA_TESTS_INTEGRATION_TRAINER_PROCESS_H_
#define NEPA_TESTS_INTEGRATION_TRAINER_PROCESS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "common/frames/frames.h"
#include "common/frames/trainer_job.h"
#include "common/io/unique_fd.h"

namespace nepa::testing {

class TrainerProcess {
 public:
  // Writes `job` to a file in its folder and starts nepa-trainer with it.
  explicit TrainerProcess(const frames::TrainerJob& job);
  ~TrainerProcess();

  // The next frame; none at the end of the pipe.
  std::optional<frames::Frame> Next();
  // Reads up to the first frame of type F; none if the pipe ends before.
  template <typename F>
  std::optional<F> NextOf() {
    while (std::optional<frames::Frame> frame = Next()) {
      if (const F* wanted = std::get_if<F>(&*frame)) return *wanted;
    }
    return std::nullopt;
  }
  // Every frame read so far.
  const std::vector<frames::Frame>& seen() const { return seen_; }

  void AskToStop(bool checkpoint);
  void CloseControl() { control_.Reset(); }
  void Kill();
  // The exit status, or 128 + signal.
  int Wait();

 private:
  pid_t pid_ = -1;
  io::UniqueFd frames_;
  io::UniqueFd control_;
  std::string unread_;
  std::vector<frames::Frame> seen_;
};

// The last frame, after reading them all.
frames::Exit ExitOf(TrainerProcess& trainer);

}  // namespace nepa::testing

#endif  // NEPA_TESTS_INTEGRATION_TRAINER_PROCESS_H_
