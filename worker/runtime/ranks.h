// The trainer processes that live: starting them, what comes out of their frame pipes, their ends.
//
// Confined to the loop thread.
#ifndef NEPA_WORKER_RUNTIME_RANKS_H_
#define NEPA_WORKER_RUNTIME_RANKS_H_

#include <poll.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/frames/frames.h"
#include "common/frames/line_splitter.h"
#include "worker/agent/effects.h"
#include "worker/agent/rank_exit.h"
#include "worker/runtime/launch.h"
#include "worker/runtime/process.h"
#include "worker/runtime/standby.h"
#include "worker/runtime/state_folder.h"

namespace nepa::worker {

// What one reading of a frame pipe brought.
struct FramesRead {
  std::vector<frames::Frame> frames;
  absl::Status fault;  // not OK: after these frames came something that is none
};

struct RankEnd {
  agent::RankId id;
  FramesRead rest;  // what was still in the pipe
  agent::ProcessEnd end;
};

class Ranks {
 public:
  // `trainer` is the program of a rank; `standby` as Standby takes it. `state` must outlive this.
  Ranks(std::string trainer, std::optional<ProcessSpec> standby, StateFolder& state)
      : trainer_(std::move(trainer)), standby_(std::move(standby)), state_(state) {}

  // Starts the process of a rank and returns its number. The storage must be there; folders below
  // it are made. Errors as agent::Agent::SpawnFailed wants them.
  absl::StatusOr<pid_t> Start(const agent::RankId& id, const Launch& launch,
                              const std::string& storage);
  // Has a trainer wait for the next rank. Not while one is loading: both would take longer.
  void FillStandby() { standby_.Fill(); }
  void WriteStop(const agent::RankId& id, const frames::Stop& stop);
  void Kill(const agent::RankId& id);

  // One entry for each frame pipe that is open; `ids` in the same order.
  void AppendPolls(std::vector<pollfd>& polls, std::vector<agent::RankId>& ids) const;
  // Reads what is there, up to a bound. After a fault or the pipe's end nothing is read any more.
  FramesRead Read(const agent::RankId& id);
  // Every process that has ended since the last call.
  std::vector<RankEnd> TakeEnded();

  bool empty() const { return running_.empty(); }

 private:
  struct Running {
    Process process;
    std::string log_path;
    frames::LineSplitter splitter;
  };

  FramesRead ReadFrom(Running& rank, size_t bytes);

  absl::StatusOr<Process> StartProcess(const Launch& launch, const std::string& job_path);

  const std::string trainer_;
  Standby standby_;
  StateFolder& state_;
  std::map<agent::RankId, Running> running_;
};

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_RANKS_H_
