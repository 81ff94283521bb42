#include "coordinator/storage/migrations.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace nepa::storage {
namespace {

constexpr char kFirst[] = R"sql(
CREATE TABLE counters (
  name  TEXT PRIMARY KEY NOT NULL,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  id              TEXT PRIMARY KEY NOT NULL,
  name            TEXT NOT NULL,
  kind            TEXT NOT NULL,
  phase           TEXT NOT NULL,
  wish            TEXT NOT NULL,
  reason          TEXT NOT NULL,
  user            TEXT NOT NULL,
  queue           TEXT NOT NULL,
  priority        INTEGER NOT NULL,
  attempt         INTEGER NOT NULL,
  restarts        INTEGER NOT NULL,
  barren_faults   INTEGER NOT NULL,
  from_job        TEXT NOT NULL,
  from_checkpoint TEXT NOT NULL,
  step            INTEGER NOT NULL,
  total_steps     INTEGER NOT NULL,
  epoch           REAL NOT NULL,
  metrics         TEXT NOT NULL,
  submitted_at    TEXT NOT NULL,
  queued_at       TEXT NOT NULL,
  not_before      TEXT,
  started_at      TEXT,
  ended_at        TEXT,
  exit_kind       TEXT,
  exit_rank       INTEGER,
  exit_message    TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE job_files (
  job       TEXT PRIMARY KEY NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  text      TEXT NOT NULL,
  effective TEXT NOT NULL
) STRICT;

CREATE TABLE attempts (
  job           TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  attempt       INTEGER NOT NULL,
  desired       TEXT NOT NULL,
  resume_from   TEXT NOT NULL,
  model_from    TEXT NOT NULL,
  drained       INTEGER NOT NULL,
  cause_kind    TEXT,
  cause_rank    INTEGER,
  cause_message TEXT,
  placed_at     TEXT NOT NULL,
  started_at    TEXT,
  ended_at      TEXT,
  PRIMARY KEY (job, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE ranks (
  job          TEXT NOT NULL,
  attempt      INTEGER NOT NULL,
  rank         INTEGER NOT NULL,
  worker       TEXT NOT NULL,
  incarnation  INTEGER NOT NULL,
  pid          INTEGER NOT NULL,
  started      INTEGER NOT NULL,
  exit_kind    TEXT,
  exit_rank    INTEGER,
  exit_message TEXT,
  PRIMARY KEY (job, attempt, rank),
  FOREIGN KEY (job, attempt) REFERENCES attempts (job, attempt) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE workers (
  id            TEXT PRIMARY KEY NOT NULL,
  name          TEXT NOT NULL UNIQUE,
  address       TEXT NOT NULL,
  http_address  TEXT NOT NULL,
  state         TEXT NOT NULL,
  reason        TEXT NOT NULL,
  incarnation   INTEGER NOT NULL,
  slots         INTEGER NOT NULL,
  device        TEXT NOT NULL,
  labels        TEXT NOT NULL,
  version       TEXT NOT NULL,
  acknowledged  INTEGER NOT NULL,
  registered_at TEXT NOT NULL,
  changed_at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  id         TEXT PRIMARY KEY NOT NULL,
  job        TEXT NOT NULL,
  attempt    INTEGER NOT NULL,
  step       INTEGER NOT NULL,
  epoch      REAL NOT NULL,
  path       TEXT NOT NULL,
  bytes      INTEGER NOT NULL,
  sha256     TEXT NOT NULL,
  metrics    TEXT NOT NULL,
  state      TEXT NOT NULL,
  pinned     INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  number  INTEGER PRIMARY KEY AUTOINCREMENT,
  time    TEXT NOT NULL,
  job     TEXT REFERENCES jobs (id) ON DELETE CASCADE,
  attempt INTEGER NOT NULL,
  kind    TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_job ON events (job, number);

CREATE TABLE metrics (
  job     TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  step    INTEGER NOT NULL,
  time    TEXT NOT NULL,
  metrics TEXT NOT NULL,
  PRIMARY KEY (job, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
  id      TEXT PRIMARY KEY NOT NULL,
  method  TEXT NOT NULL,
  subject TEXT NOT NULL,
  at      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE removals (
  path  TEXT PRIMARY KEY NOT NULL,
  stays TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

constexpr char kSpans[] = R"sql(
CREATE TABLE spans (
  number       INTEGER PRIMARY KEY AUTOINCREMENT,
  job          TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  attempt      INTEGER NOT NULL,
  process      TEXT NOT NULL,
  thread       TEXT NOT NULL,
  name         TEXT NOT NULL,
  began_at     TEXT NOT NULL,
  microseconds INTEGER NOT NULL
) STRICT;
CREATE INDEX spans_by_job ON spans (job, number);
)sql";

constexpr char kNotifications[] = R"sql(
CREATE TABLE notifications (
  job         TEXT PRIMARY KEY NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  url         TEXT NOT NULL,
  tries       INTEGER NOT NULL,
  next_try_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// Workers that people drained.
constexpr char kDrained[] = "ALTER TABLE workers ADD COLUMN drained TEXT NOT NULL DEFAULT '';";

// From here on a job may have notify.url, which older programs do not know. No stored one has it.
constexpr char kNotifyUrl[] = "";

constexpr const char* kSteps[] = {kFirst, kSpans, kNotifications, kDrained, kNotifyUrl};

absl::StatusOr<int64_t> VersionOf(Connection& connection) {
  NEPA_ASSIGN_OR_RETURN(Statement * statement, connection.Prepare("PRAGMA user_version"));
  NEPA_ASSIGN_OR_RETURN(const bool row, statement->Step());
  const int64_t version = row ? statement->Integer(0) : 0;
  statement->Reset();
  return version;
}

absl::Status RunStep(Connection& connection, int64_t version) {
  const std::string sql = absl::StrCat("BEGIN IMMEDIATE;", kSteps[version],
                                       "PRAGMA user_version = ", version + 1, "; COMMIT;");
  absl::Status status = connection.Execute(sql.c_str());
  if (!status.ok()) connection.Execute("ROLLBACK").IgnoreError();  // none if BEGIN failed
  return status;
}

}  // namespace

absl::Span<const char* const> MigrationSteps() { return kSteps; }

absl::Status CheckVersion(Connection& connection) {
  NEPA_ASSIGN_OR_RETURN(const int64_t version, VersionOf(connection));
  const auto newest = static_cast<int64_t>(MigrationSteps().size());
  if (version <= newest) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the database has version ", version, " and this program knows up to ", newest,
                   ": run the nepa-coordinator that wrote it, or a newer one; nothing was changed "
                   "in it"));
}

absl::Status Migrate(Connection& connection) {
  NEPA_RETURN_IF_ERROR(CheckVersion(connection));
  NEPA_ASSIGN_OR_RETURN(int64_t version, VersionOf(connection));
  const auto newest = static_cast<int64_t>(MigrationSteps().size());
  for (; version < newest; ++version) NEPA_RETURN_IF_ERROR(RunStep(connection, version));
  return absl::OkStatus();
}

}  // namespace nepa::storage
