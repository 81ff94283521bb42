// A trainer in waiting: started before there is a rank for it, so that a rank does not wait for
// LibTorch to be loaded, which takes longer than all else that the worker does to start one.
//
// Confined to the loop thread.
#ifndef NEPA_WORKER_RUNTIME_STANDBY_H_
#define NEPA_WORKER_RUNTIME_STANDBY_H_

#include <optional>
#include <string>
#include <vector>

#include "common/frames/begin.h"
#include "worker/runtime/process.h"

namespace nepa::worker {

class Standby {
 public:
  // `spec` as a rank without environment of its own is started, with --standby in place of
  // --config. None: there is never one in waiting.
  explicit Standby(std::optional<ProcessSpec> spec) : spec_(std::move(spec)) {}
  // Ends the one that waits.
  ~Standby();
  Standby(const Standby&) = delete;
  Standby& operator=(const Standby&) = delete;

  // Starts one unless one waits. After one that could not be started, or ended by itself, no other
  // is: ranks are then started without, and show what is wrong.
  void Fill();

  // The one that waits, told to begin; none where there is none, or where the rank's environment is
  // another than its own.
  std::optional<Process> Take(const std::vector<std::string>& environment,
                              const frames::Begin& begin);

  // After a child has ended.
  void Reap();

 private:
  const std::optional<ProcessSpec> spec_;
  std::optional<Process> waiting_;
  bool failed_ = false;
};

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_STANDBY_H_
