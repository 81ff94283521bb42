// Reads rows back from the database. DATA_LOSS names the row that does not decode.
#ifndef NEPA_COORDINATOR_STORAGE_ROW_READER_H_
#define NEPA_COORDINATOR_STORAGE_ROW_READER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/state/cluster_state.h"
#include "coordinator/storage/sqlite.h"

namespace nepa::storage {

absl::StatusOr<state::ClusterState> ReadState(Connection& connection);

absl::StatusOr<std::vector<state::Event>> ReadEvents(Connection& connection,
                                                     const std::string& job);
absl::StatusOr<std::vector<state::MetricPoint>> ReadMetrics(Connection& connection,
                                                            const std::string& job,
                                                            int64_t from_step);
absl::StatusOr<std::vector<state::Span>> ReadSpans(Connection& connection, const std::string& job);

}  // namespace nepa::storage

#endif  // NEPA_COORDINATOR_STORAGE_ROW_READER_H_
