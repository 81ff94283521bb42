// Writes one change into the database.
#ifndef NEPA_COORDINATOR_STORAGE_ROW_WRITER_H_
#define NEPA_COORDINATOR_STORAGE_ROW_WRITER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "coordinator/state/change.h"
#include "coordinator/storage/sqlite.h"

namespace nepa::storage {

// A job keeps at most so many spans: once there are more, those after the first kFirstSpans, which
// tell how it started, make room.
inline constexpr int64_t kMostSpans = 4000;
inline constexpr int64_t kFirstSpans = 1000;

// Within the caller's transaction. INTERNAL if the change breaks a rule of the schema.
absl::Status Write(Connection& connection, const state::Change& change);

}  // namespace nepa::storage

#endif  // NEPA_COORDINATOR_STORAGE_ROW_WRITER_H_
