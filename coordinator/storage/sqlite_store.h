// The store in one SQLite file: write-ahead log, every commit synced, foreign keys on, one writer.
// docs/formats/sqlite.md describes the tables.
#ifndef NEPA_COORDINATOR_STORAGE_SQLITE_STORE_H_
#define NEPA_COORDINATOR_STORAGE_SQLITE_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "common/base/mutex.h"
#include "coordinator/storage/sqlite.h"
#include "coordinator/storage/store.h"

namespace nepa::storage {

class SqliteStore : public Store {
 public:
  // Opens or makes the database `path` and brings its schema up to date. The caller holds the
  // StateLock of its folder. FAILED_PRECONDITION if a newer program has written it.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const std::string& path);

  absl::StatusOr<state::ClusterState> Load() override;
  absl::Status Commit(absl::Span<const state::Change> changes) override;
  absl::StatusOr<std::vector<state::Event>> Events(const std::string& job) override;
  absl::StatusOr<std::vector<state::MetricPoint>> Metrics(const std::string& job,
                                                          int64_t from_step) override;
  absl::StatusOr<std::vector<state::Span>> Spans(const std::string& job) override;

 private:
  SqliteStore(std::unique_ptr<Connection> writer, std::unique_ptr<Connection> reader)
      : writer_(std::move(writer)), reader_(std::move(reader)) {}

  const std::unique_ptr<Connection> writer_;  // confined to the owner's thread
  // History is read beside the writer, and never waits for it.
  Mutex mutex_;
  const std::unique_ptr<Connection> reader_ ABSL_PT_GUARDED_BY(mutex_);
};

}  // namespace nepa::storage

#endif  // NEPA_COORDINATOR_STORAGE_SQLITE_STORE_H_
