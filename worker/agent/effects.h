// What the agent wants done. The shell (worker/runtime) carries effects out in order and answers
// with the matching inputs of Agent.
#ifndef NEPA_WORKER_AGENT_EFFECTS_H_
#define NEPA_WORKER_AGENT_EFFECTS_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/exchange/exchange.h"
#include "common/frames/frames.h"

namespace nepa::agent {

// Names one rank's process for all time.
struct RankId {
  exchange::AttemptId attempt;
  int64_t rank = 0;
  auto operator<=>(const RankId&) const = default;
};

// Start a process for the rank; answered by Spawned or SpawnFailed, then by Ended.
struct Spawn {
  RankId id;
  int64_t slot = 0;           // 0 … slots - 1, used by no other rank that runs
  exchange::GangOrder order;  // of its gang
};

// Write a line to the rank's control pipe.
struct WriteStop {
  RankId id;
  frames::Stop stop;
};

// SIGKILL to the rank's process group.
struct Kill {
  RankId id;
  std::string reason;  // for the log
};

// Introduce the worker to the coordinator; answered by Registered or LinkLost.
struct Register {};

// Open the exchange; answered by OrdersReceived…, and in the end by LinkLost or Fenced.
struct OpenExchange {};

// Give the exchange up; LinkLost follows.
struct CloseExchange {};

// Write a report to the exchange; answered by ReportWritten.
struct SendReport {
  exchange::Report report;
};

// After Leave: nothing runs any more, and what could be reported was.
struct Finish {};

using Effect =
    std::variant<Spawn, WriteStop, Kill, Register, OpenExchange, CloseExchange, SendReport, Finish>;
using Effects = std::vector<Effect>;

}  // namespace nepa::agent

#endif  // NEPA_WORKER_AGENT_EFFECTS_H_
