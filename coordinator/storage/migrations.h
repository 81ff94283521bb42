// The schema of the database as a list of numbered steps. docs/formats/sqlite.md describes the
// result.
//
// A released step never changes; a new version of the schema is a new step at the end.
#ifndef NEPA_COORDINATOR_STORAGE_MIGRATIONS_H_
#define NEPA_COORDINATOR_STORAGE_MIGRATIONS_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "coordinator/storage/sqlite.h"

namespace nepa::storage {

// Step i brings a database of version i to version i + 1.
absl::Span<const char* const> MigrationSteps();

// FAILED_PRECONDITION if a newer program has written the database. Writes nothing.
absl::Status CheckVersion(Connection& connection);

// Brings the database to the version of this program, each step in a transaction of its own.
// FAILED_PRECONDITION if a newer program has written it.
absl::Status Migrate(Connection& connection);

}  // namespace nepa::storage

#endif  // NEPA_COORDINATOR_STORAGE_MIGRATIONS_H_
