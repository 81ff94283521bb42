// What the coordinator knows only from the workers' latest reports, and what it worked out last:
// lost with the process, and told again within a report's time.
//
// Plain values, owned together with the ClusterState.
#ifndef NEPA_COORDINATOR_STATE_LIVE_H_
#define NEPA_COORDINATOR_STATE_LIVE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/exchange/exchange.h"
#include "common/frames/frames.h"
#include "coordinator/state/cluster_state.h"

namespace nepa::state {

struct LiveWorker {
  absl::Time last_heard;   // newest report
  bool connected = false;  // has a stream that reported
};

struct LiveRank {
  exchange::RankState state = exchange::RankState::kStarting;
  int64_t pid = 0;
  int64_t total_steps = 0;
  frames::Progress progress;
};

struct Live {
  // When this coordinator began. A worker is lost a lease after this at the earliest: it may need
  // that time to find the coordinator again.
  absl::Time began;
  ById<LiveWorker> workers;
  std::map<AttemptId, std::map<int64_t, LiveRank>> ranks;  // of attempts that have not ended
  ById<std::string> waits;                                 // why each waiting job waits
  std::set<std::string> removed;  // folders that are gone, with rows that are not
  // How long storing took is known once it is done: spans that the next change takes along.
  ById<std::vector<Span>> unwritten_spans;
  // Notifications of these jobs that are being sent; what came of it, once that is known and until
  // it is stored.
  ById<std::optional<absl::Status>> notifying;
  // Events of workers since the history of them was last trimmed; nothing: not in this process.
  std::optional<int64_t> untrimmed_worker_events;
};

}  // namespace nepa::state

#endif  // NEPA_COORDINATOR_STATE_LIVE_H_
