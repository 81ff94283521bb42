// How a rank is told to stop: by its worker over the control pipe, or by a signal where it runs
// alone.
#ifndef NEPA_WORKER_TRAIN_LOOP_CONTROL_H_
#define NEPA_WORKER_TRAIN_LOOP_CONTROL_H_

#include <atomic>
#include <memory>
#include <thread>

#include "common/io/unique_fd.h"

namespace nepa::loop {

// Exit status of a process whose worker is gone.
inline constexpr int kLostWorkerStatus = 3;

// What is asked of the training loop; it looks after every step. Any thread, and signal handlers.
class StopRequest {
 public:
  enum class Wish : int { kNone = 0, kStop = 1, kCheckpointAndStop = 2 };

  // A stop without a checkpoint wins over one with: whoever wants it is in more of a hurry.
  void Ask(Wish wish) {
    Wish current = wish_.load();
    while (current != Wish::kStop && !wish_.compare_exchange_weak(current, wish)) {
    }
  }
  Wish wish() const { return wish_.load(); }

 private:
  std::atomic<Wish> wish_{Wish::kNone};
};

// Reads the control pipe on a thread of its own. The end of the pipe without a Stop before it means
// that the worker is gone: the process ends at once, whatever its other threads do (a rank that
// hangs in a collective too), since the job may be running elsewhere soon.
class ControlPipe {
 public:
  ControlPipe(io::UniqueFd fd, StopRequest& stop);
  ~ControlPipe();

 private:
  void Read();

  io::UniqueFd fd_;
  io::UniqueFd wake_read_, wake_write_;  // closing wake_write_ ends the thread
  StopRequest& stop_;
  std::thread thread_;
};

// SIGINT and SIGTERM ask for a checkpoint and a stop; the same one a second time ends the process
// as usual. `stop` must outlive the process's other work: it is kept for the handler.
void StopOnSignals(StopRequest& stop);

}  // namespace nepa::loop

#endif  // NEPA_WORKER_TRAIN_LOOP_CONTROL_H_
