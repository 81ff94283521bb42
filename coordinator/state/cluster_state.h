// The whole durable state of a cluster in memory, but for history (events, metric points, spans),
// which only the store holds.
//
// Thread rule: confined to whoever owns it; the coordinator's loop thread.
#ifndef NEPA_COORDINATOR_STATE_CLUSTER_STATE_H_
#define NEPA_COORDINATOR_STATE_CLUSTER_STATE_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "coordinator/state/rows.h"

namespace nepa::state {

// Orders ids by their number: "j9" before "j10". So a map of jobs is in the order of submission.
struct IdOrder {
  using is_transparent = void;
  bool operator()(absl::string_view a, absl::string_view b) const {
    if (a.size() != b.size()) return a.size() < b.size();
    // A few letters: this loop is over before memcmp has begun.
    for (size_t i = 0; i < a.size(); ++i) {
      if (a[i] != b[i]) return a[i] < b[i];
    }
    return false;
  }
};

template <typename Row>
using ById = std::map<std::string, Row, IdOrder>;

struct ClusterState {
  ById<Job> jobs;
  std::map<AttemptId, Attempt> attempts;
  ById<Worker> workers;
  ById<Checkpoint> checkpoints;
  std::map<std::string, StoredRequest> requests;
  std::map<std::string, Removal> removals;  // by path
  ById<Notification> notifications;         // by job
  Counters counters;

  // Derived from the rows above, kept by Apply: what is asked for in every turn is not counted anew
  // over all jobs that there ever were.
  std::map<Phase, int64_t> phase_counts;   // of those phases that a job is in
  std::set<std::string, IdOrder> waiting;  // jobs that the scheduler looks at
  std::set<std::string, IdOrder> pausing;  // of these, those with a not_before
  std::set<AttemptId> live_attempts;       // without an end
  ById<std::set<AttemptId>> live_on;       // worker → live attempts with a rank there
  ById<std::set<std::string, IdOrder>> checkpoints_of;  // job → its checkpoints

  bool operator==(const ClusterState&) const = default;
};

}  // namespace nepa::state

#endif  // NEPA_COORDINATOR_STATE_CLUSTER_STATE_H_
