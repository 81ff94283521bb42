#include "coordinator/storage/sqlite_store.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "coordinator/storage/migrations.h"
#include "coordinator/storage/row_reader.h"
#include "coordinator/storage/row_writer.h"

namespace nepa::storage {
namespace {

constexpr char kSettings[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"  // an acknowledged change survives a loss of power
    "PRAGMA foreign_keys = ON;";

// Before anything is written into it.
absl::Status CheckOurs(Connection& connection, const std::string& path) {
  NEPA_ASSIGN_OR_RETURN(
      Statement * statement,
      connection.Prepare("SELECT count(*), coalesce(min(name), ''), "
                         "count(*) FILTER (WHERE name IN ('counters', 'jobs', 'requests')) "
                         "FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"));
  NEPA_RETURN_IF_ERROR(statement->Step().status());
  const bool is_new = statement->Integer(0) == 0;
  const bool is_ours = statement->Integer(2) == 3;
  const std::string table = statement->Text(1);
  statement->Reset();
  if (is_new || is_ours) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the database ", path, " is another program's (it has a table ", table,
                   ", and none of a coordinator's); nothing was changed in it; choose another "
                   "folder with --state"));
}

absl::Status WriteAll(Connection& connection, absl::Span<const state::Change> changes) {
  NEPA_RETURN_IF_ERROR(connection.Execute("BEGIN IMMEDIATE"));
  for (const state::Change& change : changes) NEPA_RETURN_IF_ERROR(Write(connection, change));
  return connection.Execute("COMMIT");
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const std::string& path) {
  NEPA_ASSIGN_OR_RETURN(std::unique_ptr<Connection> writer,
                        Connection::Open(path, Connection::Mode::kReadWrite));
  NEPA_RETURN_IF_ERROR(CheckOurs(*writer, path));
  // Of a newer program's database not even the settings are touched.
  NEPA_RETURN_IF_ERROR(Annotate(CheckVersion(*writer), path));
  NEPA_RETURN_IF_ERROR(writer->Execute(kSettings));
  NEPA_RETURN_IF_ERROR(Annotate(Migrate(*writer), path));
  NEPA_ASSIGN_OR_RETURN(std::unique_ptr<Connection> reader,
                        Connection::Open(path, Connection::Mode::kReadOnly));
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(writer), std::move(reader)));
}

absl::StatusOr<state::ClusterState> SqliteStore::Load() { return ReadState(*writer_); }

absl::Status SqliteStore::Commit(absl::Span<const state::Change> changes) {
  if (changes.empty()) return absl::OkStatus();
  absl::Status status = WriteAll(*writer_, changes);
  // Fails where SQLite has rolled back by itself, and then there is nothing to do.
  if (!status.ok()) writer_->Execute("ROLLBACK").IgnoreError();
  return status;
}

absl::StatusOr<std::vector<state::Event>> SqliteStore::Events(const std::string& job) {
  MutexLock lock(mutex_);
  return ReadEvents(*reader_, job);
}

absl::StatusOr<std::vector<state::MetricPoint>> SqliteStore::Metrics(const std::string& job,
                                                                     int64_t from_step) {
  MutexLock lock(mutex_);
  return ReadMetrics(*reader_, job, from_step);
}

absl::StatusOr<std::vector<state::Span>> SqliteStore::Spans(const std::string& job) {
  MutexLock lock(mutex_);
  return ReadSpans(*reader_, job);
}

}  // namespace nepa::storage
