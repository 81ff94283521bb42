// Where the cluster's rows and its history are kept. SqliteStore is the one of the program; tests
// have one in memory (tests/support/core/memory_store.h).
#ifndef NEPA_COORDINATOR_STORAGE_STORE_H_
#define NEPA_COORDINATOR_STORAGE_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "coordinator/state/change.h"
#include "coordinator/state/cluster_state.h"

namespace nepa::storage {

// Thread rule: Load() and Commit() from one thread, the one that owns the state; Events(),
// Metrics() and Spans() from any thread. Errors: RESOURCE_EXHAUSTED (disk full), UNAVAILABLE (the
// disk refused), DATA_LOSS (the database, or a row, is damaged), INTERNAL (a change that breaks the
// schema's rules).
class Store {
 public:
  virtual ~Store() = default;

  // Every row that is not history. DATA_LOSS if one does not decode.
  virtual absl::StatusOr<state::ClusterState> Load() = 0;

  // Makes `changes` durable, in their order: all or none. After OK they survive a loss of power.
  virtual absl::Status Commit(absl::Span<const state::Change> changes) = 0;

  // History of a job, oldest first. Empty for a job that there is not.
  virtual absl::StatusOr<std::vector<state::Event>> Events(const std::string& job) = 0;
  // Points of step `from_step` and later, by step.
  virtual absl::StatusOr<std::vector<state::MetricPoint>> Metrics(const std::string& job,
                                                                  int64_t from_step) = 0;
  // In the order in which they were added.
  virtual absl::StatusOr<std::vector<state::Span>> Spans(const std::string& job) = 0;
};

}  // namespace nepa::storage

#endif  // NEPA_COORDINATOR_STORAGE_STORE_H_
