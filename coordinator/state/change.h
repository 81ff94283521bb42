// A change of one row. State changes in no other way: the same list of changes is applied to memory
// and written to the store.
#ifndef NEPA_COORDINATOR_STATE_CHANGE_H_
#define NEPA_COORDINATOR_STATE_CHANGE_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "coordinator/state/cluster_state.h"
#include "coordinator/state/rows.h"

namespace nepa::state {

// A Put makes the row or replaces it; a Delete of a row that is not there does nothing.
struct PutJob {
  Job job;
};
// Its attempts are deleted first; its events, metric points and spans go with it.
struct DeleteJob {
  std::string id;
};
struct PutAttempt {
  Attempt attempt;
};
struct DeleteAttempt {
  AttemptId id;
};
struct PutWorker {
  Worker worker;
};
struct DeleteWorker {
  std::string id;
};
struct PutCheckpoint {
  Checkpoint checkpoint;
};
struct DeleteCheckpoint {
  std::string id;
};
struct PutRequest {
  StoredRequest request;
};
struct DeleteRequest {
  std::string id;
};
struct PutRemoval {
  Removal removal;
};
struct DeleteRemoval {
  std::string path;
};
struct PutNotification {
  Notification notification;
};
struct DeleteNotification {
  std::string job;
};
struct PutCounters {
  Counters counters;
};

// History: written to the store, not held in memory.
struct AddEvent {
  Event event;
};
// Merged into the point of the same step, if there is one.
struct AddMetrics {
  std::string job;
  MetricPoint point;
};
// Of a job that there is; the store keeps a bounded number of them.
struct AddSpans {
  std::string job;
  std::vector<Span> spans;
};
// Forgets the points after `step`: an attempt starts again from there.
struct TrimMetrics {
  std::string job;
  int64_t step = 0;
};

// Forgets events of workers but the newest `keep`.
struct TrimWorkerEvents {
  int64_t keep = 0;
};

using Change = std::variant<PutJob, DeleteJob, PutAttempt, DeleteAttempt, PutWorker, DeleteWorker,
                            PutCheckpoint, DeleteCheckpoint, PutRequest, DeleteRequest, PutRemoval,
                            DeleteRemoval, PutNotification, DeleteNotification, PutCounters,
                            AddEvent, AddMetrics, AddSpans, TrimMetrics, TrimWorkerEvents>;

// Applies `change` and returns what undoes it; nothing where memory did not change. Undo a list of
// changes by applying the inverses in reverse order.
std::optional<Change> Apply(ClusterState& state, const Change& change);

}  // namespace nepa::state

#endif  // NEPA_COORDINATOR_STATE_CHANGE_H_
