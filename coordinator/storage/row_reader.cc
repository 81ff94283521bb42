#include "coordinator/storage/row_reader.h"

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/config/job_spec_json.h"
#include "coordinator/state/change.h"
#include "coordinator/state/words.h"
#include "coordinator/storage/metric_history.h"
#include "coordinator/storage/row_text.h"

namespace nepa::storage {
namespace {

// Columns of a row from left to right; the first fault is kept.
class Row {
 public:
  explicit Row(const Statement& statement) : statement_(statement) {}

  std::string Text() { return statement_.Text(next_++); }
  std::optional<std::string> OptionalText() { return statement_.OptionalText(next_++); }
  int64_t Integer() { return statement_.Integer(next_++); }
  double Real() { return statement_.Real(next_++); }
  bool Yes() { return Integer() != 0; }
  absl::Time Time() { return Keep(TimeOf(Text())); }
  std::optional<absl::Time> OptionalTime() { return Keep(TimeOf(OptionalText())); }
  std::map<std::string, double> Numbers() { return Keep(NumbersOf(Text())); }
  std::map<std::string, std::string> Texts() { return Keep(TextsOf(Text())); }

  template <typename Parse>
  auto Word(Parse parse) {
    return Keep(parse(Text()));
  }

  std::optional<state::Exit> Exit() {
    const std::optional<std::string> kind = OptionalText();
    const int64_t rank = Integer();
    const std::string message = Text();
    if (!kind.has_value()) return std::nullopt;
    return state::Exit{Keep(frames::ParseExitKind(*kind)), rank, message};
  }

  template <typename Value>
  Value Keep(absl::StatusOr<Value> value) {
    if (value.ok()) return *std::move(value);
    if (status_.ok()) {
      status_ = absl::DataLossError(absl::StrCat("column ", statement_.ColumnName(next_ - 1), ": ",
                                                 value.status().message()));
    }
    return Value{};
  }

  const absl::Status& status() const { return status_; }

 private:
  const Statement& statement_;
  int next_ = 0;
  absl::Status status_;
};

// Calls `take` for each row. Its first column should name the row.
absl::Status ForEach(Statement& statement, const char* table,
                     const std::function<void(Row&)>& take) {
  for (;;) {
    NEPA_ASSIGN_OR_RETURN(const bool there, statement.Step());
    if (!there) break;
    Row row(statement);
    take(row);
    if (!row.status().ok()) {
      const std::string name = absl::StrCat(statement.Text(0), " ", statement.Text(1));
      statement.Reset();
      return absl::DataLossError(absl::StrCat(
          "database: table ", table, ", row ", name, ": ", row.status().message(),
          ". Restore nepa.db from a copy, or put that row right with sqlite3 while the coordinator "
          "is down (docs/formats/sqlite.md describes it)"));
    }
  }
  statement.Reset();
  return absl::OkStatus();
}

absl::Status ReadCounters(Connection& connection, state::ClusterState& state) {
  NEPA_ASSIGN_OR_RETURN(Statement * s, connection.Prepare("SELECT name, value FROM counters"));
  return ForEach(*s, "counters", [&](Row& row) {
    const std::string name = row.Text();
    const int64_t value = row.Integer();
    if (name == "jobs") state.counters.jobs = value;
    if (name == "checkpoints") state.counters.checkpoints = value;
    if (name == "workers") state.counters.workers = value;
  });
}

absl::Status ReadJobs(Connection& connection, state::ClusterState& state) {
  NEPA_ASSIGN_OR_RETURN(
      Statement * s,
      connection.Prepare(
          "SELECT id, name, user, submitted_at, phase, wish, reason, priority, attempt, restarts, "
          "barren_faults, from_job, from_checkpoint, step, total_steps, epoch, metrics, queued_at, "
          "not_before, started_at, ended_at, exit_kind, exit_rank, exit_message, text, effective "
          "FROM jobs LEFT JOIN job_files ON job_files.job = jobs.id"));
  return ForEach(*s, "jobs", [&](Row& row) {
    state::Job job;
    job.id = row.Text();
    job.name = row.Text();
    job.user = row.Text();
    job.submitted_at = row.Time();
    job.phase = row.Word(state::ParsePhase);
    job.wish = row.Word(state::ParseWish);
    job.reason = row.Text();
    job.priority = row.Integer();
    job.attempt = row.Integer();
    job.restarts = row.Integer();
    job.barren_faults = row.Integer();
    job.from_job = row.Text();
    job.from_checkpoint = row.Text();
    job.step = row.Integer();
    job.total_steps = row.Integer();
    job.epoch = row.Real();
    job.metrics = row.Numbers();
    job.queued_at = row.Time();
    job.not_before = row.OptionalTime().value_or(absl::InfinitePast());
    job.started_at = row.OptionalTime();
    job.ended_at = row.OptionalTime();
    job.exit = row.Exit();
    state::JobSource source;
    source.text = row.Text();
    source.json = row.Text();  // "" where the row is missing, which does not decode
    source.file = row.Keep(config::AcceptedJobFromJson(source.json));
    job.source = state::SharedSource(std::move(source));
    state::Apply(state, state::PutJob{std::move(job)});
  });
}

absl::Status ReadAttempts(Connection& connection, state::ClusterState& state) {
  NEPA_ASSIGN_OR_RETURN(
      Statement * s,
      connection.Prepare("SELECT job, attempt, worker, incarnation, pid, started, exit_kind, "
                         "exit_rank, exit_message FROM ranks ORDER BY job, attempt, rank"));
  std::map<state::AttemptId, std::vector<state::Rank>> gangs;
  NEPA_RETURN_IF_ERROR(ForEach(*s, "ranks", [&](Row& row) {
    state::AttemptId id;
    id.job_id = row.Text();
    id.attempt = row.Integer();
    state::Rank rank;
    rank.worker = row.Text();
    rank.incarnation = row.Integer();
    rank.pid = row.Integer();
    rank.started = row.Yes();
    rank.exit = row.Exit();
    gangs[id].push_back(std::move(rank));
  }));
  NEPA_ASSIGN_OR_RETURN(
      s, connection.Prepare("SELECT job, attempt, desired, resume_from, model_from, drained, "
                            "cause_kind, cause_rank, cause_message, placed_at, started_at, "
                            "ended_at FROM attempts"));
  return ForEach(*s, "attempts", [&](Row& row) {
    state::Attempt attempt;
    attempt.id.job_id = row.Text();
    attempt.id.attempt = row.Integer();
    attempt.desired = row.Word(state::ParseDesired);
    attempt.resume_from = row.Text();
    attempt.model_from = row.Text();
    attempt.drained = row.Yes();
    attempt.cause = row.Exit();
    attempt.placed_at = row.Time();
    attempt.started_at = row.OptionalTime();
    attempt.ended_at = row.OptionalTime();
    // Whole, since the state's indexes are kept by what is applied.
    attempt.gang = std::move(gangs[attempt.id]);
    state::Apply(state, state::PutAttempt{std::move(attempt)});
  });
}

absl::Status ReadWorkers(Connection& connection, state::ClusterState& state) {
  NEPA_ASSIGN_OR_RETURN(
      Statement * s,
      connection.Prepare("SELECT id, name, address, http_address, state, reason, incarnation, "
                         "slots, device, labels, version, acknowledged, registered_at, "
                         "changed_at, drained FROM workers"));
  return ForEach(*s, "workers", [&](Row& row) {
    state::Worker worker;
    worker.id = row.Text();
    worker.name = row.Text();
    worker.address = row.Text();
    worker.http_address = row.Text();
    worker.state = row.Word(state::ParseWorkerState);
    worker.reason = row.Text();
    worker.incarnation = row.Integer();
    worker.slots = row.Integer();
    worker.device = row.Text();
    worker.labels = row.Texts();
    worker.version = row.Text();
    worker.acknowledged = row.Integer();
    worker.registered_at = row.Time();
    worker.changed_at = row.Time();
    worker.drained = row.Text();
    state::Apply(state, state::PutWorker{std::move(worker)});
  });
}

absl::Status ReadCheckpoints(Connection& connection, state::ClusterState& state) {
  NEPA_ASSIGN_OR_RETURN(
      Statement * s,
      connection.Prepare("SELECT id, job, attempt, step, epoch, path, bytes, sha256, metrics, "
                         "state, pinned, created_at FROM checkpoints"));
  return ForEach(*s, "checkpoints", [&](Row& row) {
    state::Checkpoint checkpoint;
    checkpoint.id = row.Text();
    checkpoint.job = row.Text();
    checkpoint.attempt = row.Integer();
    checkpoint.step = row.Integer();
    checkpoint.epoch = row.Real();
    checkpoint.path = row.Text();
    checkpoint.bytes = row.Integer();
    checkpoint.sha256 = row.Text();
    checkpoint.metrics = row.Numbers();
    checkpoint.state = row.Word(state::ParseCheckpointState);
    checkpoint.pinned = row.Yes();
    checkpoint.created_at = row.Time();
    state::Apply(state, state::PutCheckpoint{std::move(checkpoint)});
  });
}

absl::Status ReadRequests(Connection& connection, state::ClusterState& state) {
  NEPA_ASSIGN_OR_RETURN(Statement * s,
                        connection.Prepare("SELECT id, method, subject, at FROM requests"));
  return ForEach(*s, "requests", [&](Row& row) {
    state::StoredRequest request;
    request.id = row.Text();
    request.method = row.Text();
    request.subject = row.Text();
    request.at = row.Time();
    state::Apply(state, state::PutRequest{std::move(request)});
  });
}

absl::Status ReadRemovals(Connection& connection, state::ClusterState& state) {
  NEPA_ASSIGN_OR_RETURN(Statement * s, connection.Prepare("SELECT path, stays FROM removals"));
  return ForEach(*s, "removals", [&](Row& row) {
    state::Removal removal;
    removal.path = row.Text();
    removal.except = row.Text();
    state::Apply(state, state::PutRemoval{std::move(removal)});
  });
}

absl::Status ReadNotifications(Connection& connection, state::ClusterState& state) {
  NEPA_ASSIGN_OR_RETURN(
      Statement * s, connection.Prepare("SELECT job, url, tries, next_try_at FROM notifications"));
  return ForEach(*s, "notifications", [&](Row& row) {
    state::Notification notification;
    notification.job = row.Text();
    notification.url = row.Text();
    notification.tries = row.Integer();
    notification.next_try_at = row.Time();
    state::Apply(state, state::PutNotification{std::move(notification)});
  });
}

}  // namespace

absl::StatusOr<state::ClusterState> ReadState(Connection& connection) {
  state::ClusterState state;
  NEPA_RETURN_IF_ERROR(ReadCounters(connection, state));
  NEPA_RETURN_IF_ERROR(ReadJobs(connection, state));
  NEPA_RETURN_IF_ERROR(ReadAttempts(connection, state));
  NEPA_RETURN_IF_ERROR(ReadWorkers(connection, state));
  NEPA_RETURN_IF_ERROR(ReadCheckpoints(connection, state));
  NEPA_RETURN_IF_ERROR(ReadRequests(connection, state));
  NEPA_RETURN_IF_ERROR(ReadRemovals(connection, state));
  NEPA_RETURN_IF_ERROR(ReadNotifications(connection, state));
  return state;
}

absl::StatusOr<std::vector<state::Event>> ReadEvents(Connection& connection,
                                                     const std::string& job) {
  std::vector<state::Event> events;
  NEPA_ASSIGN_OR_RETURN(Statement * s,
                        connection.Prepare("SELECT number, time, attempt, kind, message FROM "
                                           "events WHERE job=? ORDER BY number"));
  s->Bind(job);
  NEPA_RETURN_IF_ERROR(ForEach(*s, "events", [&](Row& row) {
    row.Integer();
    const absl::Time time = row.Time();
    const int64_t attempt = row.Integer();
    const std::string kind = row.Text();
    events.push_back({time, job, attempt, kind, row.Text()});
  }));
  return events;
}

absl::StatusOr<std::vector<state::MetricPoint>> ReadMetrics(Connection& connection,
                                                            const std::string& job,
                                                            int64_t from_step) {
  std::vector<state::MetricPoint> points;
  NEPA_ASSIGN_OR_RETURN(Statement * s,
                        connection.Prepare("SELECT step, time, metrics FROM (SELECT step, time, "
                                           "metrics FROM metrics WHERE job=? AND step>=? ORDER BY "
                                           "step DESC LIMIT ?) ORDER BY step"));
  // A history of a job that ended before histories were bounded may be longer.
  s->Bind(job).Bind(from_step).Bind(static_cast<int64_t>(kMostPoints));
  NEPA_RETURN_IF_ERROR(ForEach(*s, "metrics", [&](Row& row) {
    state::MetricPoint point;
    point.step = row.Integer();
    point.time = row.Time();
    point.values = row.Numbers();
    points.push_back(std::move(point));
  }));
  return points;
}

absl::StatusOr<std::vector<state::Span>> ReadSpans(Connection& connection, const std::string& job) {
  std::vector<state::Span> spans;
  NEPA_ASSIGN_OR_RETURN(
      Statement * s,
      connection.Prepare("SELECT number, attempt, process, thread, name, began_at, microseconds "
                         "FROM spans WHERE job=? ORDER BY number"));
  s->Bind(job);
  NEPA_RETURN_IF_ERROR(ForEach(*s, "spans", [&](Row& row) {
    row.Integer();
    state::Span span;
    span.attempt = row.Integer();
    span.process = row.Text();
    span.span.thread = row.Text();
    span.span.name = row.Text();
    span.span.begin = row.Time();
    span.span.duration = absl::Microseconds(row.Integer());
    spans.push_back(std::move(span));
  }));
  return spans;
}

}  // namespace nepa::storage
