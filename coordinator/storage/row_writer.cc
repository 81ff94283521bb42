#include "coordinator/storage/row_writer.h"

#include <string>

#include "common/base/status.h"
#include "coordinator/state/words.h"
#include "coordinator/storage/metric_history.h"
#include "coordinator/storage/row_text.h"

namespace nepa::storage {
namespace {

std::string Word(absl::string_view word) { return std::string(word); }

std::string KindWord(config::Kind kind) {
  return kind == config::Kind::kPretrain ? "pretrain" : "finetune";
}

void BindExit(Statement& statement, const std::optional<state::Exit>& exit) {
  if (!exit.has_value()) {
    statement.BindNull().BindNull().BindNull();
    return;
  }
  statement.Bind(std::string(frames::Name(exit->kind))).Bind(exit->rank).Bind(exit->message);
}

// A row is replaced by INSERT … ON CONFLICT, not by REPLACE: that would delete the old row first,
// and with it everything that refers to it.
class Writer {
 public:
  explicit Writer(Connection& connection) : connection_(connection) {}

  absl::Status operator()(const state::PutJob& c) {
    NEPA_ASSIGN_OR_RETURN(
        Statement * s,
        connection_.Prepare(
            "INSERT INTO jobs (id, name, kind, queue, user, submitted_at, phase, wish, reason, "
            "priority, attempt, restarts, barren_faults, from_job, from_checkpoint, step, "
            "total_steps, epoch, metrics, queued_at, not_before, started_at, ended_at, exit_kind, "
            "exit_rank, exit_message) "
            "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
            "ON CONFLICT (id) DO UPDATE SET phase=excluded.phase, wish=excluded.wish, "
            "reason=excluded.reason, priority=excluded.priority, attempt=excluded.attempt, "
            "restarts=excluded.restarts, barren_faults=excluded.barren_faults, "
            "from_job=excluded.from_job, from_checkpoint=excluded.from_checkpoint, "
            "step=excluded.step, total_steps=excluded.total_steps, epoch=excluded.epoch, "
            "metrics=excluded.metrics, queued_at=excluded.queued_at, "
            "not_before=excluded.not_before, started_at=excluded.started_at, "
            "ended_at=excluded.ended_at, exit_kind=excluded.exit_kind, "
            "exit_rank=excluded.exit_rank, exit_message=excluded.exit_message"));
    const state::Job& job = c.job;
    const config::JobSpec& spec = job.source->file.spec;
    const std::optional<absl::Time> not_before = job.not_before == absl::InfinitePast()
                                                     ? std::nullopt
                                                     : std::optional<absl::Time>(job.not_before);
    s->Bind(job.id).Bind(job.name).Bind(KindWord(spec.kind)).Bind(spec.queue).Bind(job.user);
    s->Bind(TimeText(job.submitted_at)).Bind(Word(Name(job.phase))).Bind(Word(Name(job.wish)));
    s->Bind(job.reason).Bind(job.priority).Bind(job.attempt).Bind(job.restarts);
    s->Bind(job.barren_faults).Bind(job.from_job).Bind(job.from_checkpoint).Bind(job.step);
    s->Bind(job.total_steps).Bind(job.epoch).Bind(MapText(job.metrics));
    s->Bind(TimeText(job.queued_at)).Bind(TimeText(not_before)).Bind(TimeText(job.started_at));
    s->Bind(TimeText(job.ended_at));
    BindExit(*s, job.exit);
    NEPA_RETURN_IF_ERROR(s->Run());

    // What was submitted never changes, so only the first Put writes it.
    NEPA_ASSIGN_OR_RETURN(s, connection_.Prepare("INSERT INTO job_files (job, text, effective) "
                                                 "VALUES (?,?,?) ON CONFLICT DO NOTHING"));
    return s->Bind(job.id).Bind(job.source->text).Bind(job.source->json).Run();
  }

  absl::Status operator()(const state::DeleteJob& c) {
    return RunWith("DELETE FROM jobs WHERE id=?", c.id);
  }

  absl::Status operator()(const state::PutAttempt& c) {
    NEPA_ASSIGN_OR_RETURN(
        Statement * s,
        connection_.Prepare(
            "INSERT INTO attempts (job, attempt, desired, resume_from, model_from, drained, "
            "cause_kind, cause_rank, cause_message, placed_at, started_at, ended_at) "
            "VALUES (?,?,?,?,?,?,?,?,?,?,?,?) "
            "ON CONFLICT (job, attempt) DO UPDATE SET desired=excluded.desired, "
            "resume_from=excluded.resume_from, model_from=excluded.model_from, "
            "drained=excluded.drained, cause_kind=excluded.cause_kind, "
            "cause_rank=excluded.cause_rank, cause_message=excluded.cause_message, "
            "placed_at=excluded.placed_at, started_at=excluded.started_at, "
            "ended_at=excluded.ended_at"));
    const state::Attempt& attempt = c.attempt;
    s->Bind(attempt.id.job_id).Bind(attempt.id.attempt).Bind(Word(state::Name(attempt.desired)));
    s->Bind(attempt.resume_from).Bind(attempt.model_from).Bind(attempt.drained);
    BindExit(*s, attempt.cause);
    s->Bind(TimeText(attempt.placed_at)).Bind(TimeText(attempt.started_at));
    NEPA_RETURN_IF_ERROR(s->Bind(TimeText(attempt.ended_at)).Run());
    for (size_t i = 0; i < attempt.gang.size(); ++i) {
      NEPA_RETURN_IF_ERROR(WriteRank(attempt.id, static_cast<int64_t>(i), attempt.gang[i]));
    }
    return absl::OkStatus();
  }

  absl::Status operator()(const state::DeleteAttempt& c) {
    NEPA_ASSIGN_OR_RETURN(Statement * s,
                          connection_.Prepare("DELETE FROM attempts WHERE job=? AND attempt=?"));
    return s->Bind(c.id.job_id).Bind(c.id.attempt).Run();
  }

  absl::Status operator()(const state::PutWorker& c) {
    NEPA_ASSIGN_OR_RETURN(
        Statement * s,
        connection_.Prepare(
            "INSERT INTO workers (id, name, address, http_address, state, reason, incarnation, "
            "slots, device, labels, version, acknowledged, registered_at, changed_at, "
            "drained) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
            "ON CONFLICT (id) DO UPDATE SET name=excluded.name, address=excluded.address, "
            "http_address=excluded.http_address, state=excluded.state, reason=excluded.reason, "
            "incarnation=excluded.incarnation, slots=excluded.slots, device=excluded.device, "
            "labels=excluded.labels, version=excluded.version, "
            "acknowledged=excluded.acknowledged, registered_at=excluded.registered_at, "
            "changed_at=excluded.changed_at, drained=excluded.drained"));
    const state::Worker& worker = c.worker;
    s->Bind(worker.id).Bind(worker.name).Bind(worker.address).Bind(worker.http_address);
    s->Bind(Word(Name(worker.state))).Bind(worker.reason).Bind(worker.incarnation);
    s->Bind(worker.slots).Bind(worker.device).Bind(MapText(worker.labels)).Bind(worker.version);
    s->Bind(worker.acknowledged).Bind(TimeText(worker.registered_at));
    return s->Bind(TimeText(worker.changed_at)).Bind(worker.drained).Run();
  }

  absl::Status operator()(const state::DeleteWorker& c) {
    return RunWith("DELETE FROM workers WHERE id=?", c.id);
  }

  absl::Status operator()(const state::PutCheckpoint& c) {
    NEPA_ASSIGN_OR_RETURN(
        Statement * s,
        connection_.Prepare(
            "INSERT INTO checkpoints (id, job, attempt, step, epoch, path, bytes, sha256, metrics, "
            "state, pinned, created_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?) "
            "ON CONFLICT (id) DO UPDATE SET job=excluded.job, attempt=excluded.attempt, "
            "step=excluded.step, epoch=excluded.epoch, path=excluded.path, bytes=excluded.bytes, "
            "sha256=excluded.sha256, metrics=excluded.metrics, state=excluded.state, "
            "pinned=excluded.pinned, created_at=excluded.created_at"));
    const state::Checkpoint& row = c.checkpoint;
    s->Bind(row.id).Bind(row.job).Bind(row.attempt).Bind(row.step).Bind(row.epoch).Bind(row.path);
    s->Bind(row.bytes).Bind(row.sha256).Bind(MapText(row.metrics)).Bind(Word(Name(row.state)));
    return s->Bind(row.pinned).Bind(TimeText(row.created_at)).Run();
  }

  absl::Status operator()(const state::DeleteCheckpoint& c) {
    return RunWith("DELETE FROM checkpoints WHERE id=?", c.id);
  }

  absl::Status operator()(const state::PutRequest& c) {
    NEPA_ASSIGN_OR_RETURN(Statement * s,
                          connection_.Prepare("INSERT INTO requests (id, method, subject, at) "
                                              "VALUES (?,?,?,?) ON CONFLICT (id) DO UPDATE SET "
                                              "method=excluded.method, subject=excluded.subject, "
                                              "at=excluded.at"));
    const state::StoredRequest& row = c.request;
    return s->Bind(row.id).Bind(row.method).Bind(row.subject).Bind(TimeText(row.at)).Run();
  }

  absl::Status operator()(const state::DeleteRequest& c) {
    return RunWith("DELETE FROM requests WHERE id=?", c.id);
  }

  absl::Status operator()(const state::PutRemoval& c) {
    NEPA_ASSIGN_OR_RETURN(Statement * s,
                          connection_.Prepare("INSERT INTO removals (path, stays) VALUES (?,?) "
                                              "ON CONFLICT (path) DO UPDATE SET "
                                              "stays=excluded.stays"));
    return s->Bind(c.removal.path).Bind(c.removal.except).Run();
  }

  absl::Status operator()(const state::DeleteRemoval& c) {
    return RunWith("DELETE FROM removals WHERE path=?", c.path);
  }

  absl::Status operator()(const state::PutNotification& c) {
    NEPA_ASSIGN_OR_RETURN(
        Statement * s,
        connection_.Prepare("INSERT INTO notifications (job, url, tries, next_try_at) VALUES "
                            "(?,?,?,?) ON CONFLICT (job) DO UPDATE SET url=excluded.url, "
                            "tries=excluded.tries, next_try_at=excluded.next_try_at"));
    const state::Notification& row = c.notification;
    return s->Bind(row.job).Bind(row.url).Bind(row.tries).Bind(TimeText(row.next_try_at)).Run();
  }

  absl::Status operator()(const state::DeleteNotification& c) {
    return RunWith("DELETE FROM notifications WHERE job=?", c.job);
  }

  absl::Status operator()(const state::PutCounters& c) {
    NEPA_RETURN_IF_ERROR(WriteCounter("jobs", c.counters.jobs));
    NEPA_RETURN_IF_ERROR(WriteCounter("checkpoints", c.counters.checkpoints));
    return WriteCounter("workers", c.counters.workers);
  }

  absl::Status operator()(const state::AddEvent& c) {
    NEPA_ASSIGN_OR_RETURN(Statement * s,
                          connection_.Prepare("INSERT INTO events (time, job, attempt, kind, "
                                              "message) VALUES (?,?,?,?,?)"));
    const state::Event& event = c.event;
    const std::optional<std::string> job =
        event.job.empty() ? std::nullopt : std::optional<std::string>(event.job);
    s->Bind(TimeText(event.time)).Bind(job).Bind(event.attempt).Bind(event.kind);
    return s->Bind(event.message).Run();
  }

  absl::Status operator()(const state::AddMetrics& c) {
    NEPA_ASSIGN_OR_RETURN(
        Statement * s,
        connection_.Prepare("INSERT INTO metrics (job, step, time, metrics) VALUES (?,?,?,?) "
                            "ON CONFLICT (job, step) DO UPDATE SET time=excluded.time, "
                            "metrics=json_patch(metrics.metrics, excluded.metrics)"));
    s->Bind(c.job).Bind(c.point.step).Bind(TimeText(c.point.time));
    NEPA_RETURN_IF_ERROR(s->Bind(MapText(c.point.values)).Run());
    return BoundHistory(c.job);
  }

  absl::Status operator()(const state::AddSpans& c) {
    NEPA_ASSIGN_OR_RETURN(
        Statement * s,
        connection_.Prepare("INSERT INTO spans (job, attempt, process, thread, name, "
                            "began_at, microseconds) VALUES (?,?,?,?,?,?,?)"));
    for (const state::Span& row : c.spans) {
      s->Bind(c.job).Bind(row.attempt).Bind(row.process).Bind(row.span.thread).Bind(row.span.name);
      s->Bind(TimeText(row.span.begin)).Bind(absl::ToInt64Microseconds(row.span.duration));
      NEPA_RETURN_IF_ERROR(s->Run());
    }
    return BoundSpans(c.job);
  }

  absl::Status operator()(const state::TrimMetrics& c) {
    NEPA_ASSIGN_OR_RETURN(Statement * s,
                          connection_.Prepare("DELETE FROM metrics WHERE job=? AND step>?"));
    return s->Bind(c.job).Bind(c.step).Run();
  }

  absl::Status operator()(const state::TrimWorkerEvents& c) {
    NEPA_ASSIGN_OR_RETURN(
        Statement * s, connection_.Prepare(
                           "DELETE FROM events WHERE job IS NULL AND number <= (SELECT number FROM "
                           "events WHERE job IS NULL ORDER BY number DESC LIMIT 1 OFFSET ?)"));
    return s->Bind(c.keep).Run();
  }

 private:
  absl::Status RunWith(const char* sql, const std::string& key) {
    NEPA_ASSIGN_OR_RETURN(Statement * s, connection_.Prepare(sql));
    return s->Bind(key).Run();
  }

  // Of a job that has too many the oldest go, but for the first: they tell how it started.
  absl::Status BoundSpans(const std::string& job) {
    NEPA_ASSIGN_OR_RETURN(Statement * s,
                          connection_.Prepare("SELECT count(*) FROM spans WHERE job=?"));
    NEPA_RETURN_IF_ERROR(s->Bind(job).Step().status());
    const int64_t excess = s->Integer(0) - kMostSpans;
    s->Reset();
    if (excess <= 0) return absl::OkStatus();
    NEPA_ASSIGN_OR_RETURN(
        s, connection_.Prepare("DELETE FROM spans WHERE number IN (SELECT number FROM spans WHERE "
                               "job=? ORDER BY number LIMIT ? OFFSET ?)"));
    return s->Bind(job).Bind(excess + kMostSpans / 4).Bind(kFirstSpans).Run();
  }

  absl::Status BoundHistory(const std::string& job) {
    NEPA_ASSIGN_OR_RETURN(Statement * s,
                          connection_.Prepare("SELECT count(*) FROM metrics WHERE job=?"));
    NEPA_RETURN_IF_ERROR(s->Bind(job).Step().status());
    const int64_t count = s->Integer(0);
    s->Reset();
    if (count <= static_cast<int64_t>(kMostPoints)) return absl::OkStatus();
    NEPA_ASSIGN_OR_RETURN(const std::vector<HistoryPoint> points, ReadHistory(job));
    NEPA_ASSIGN_OR_RETURN(s, connection_.Prepare("DELETE FROM metrics WHERE job=? AND step=?"));
    for (const int64_t step : StepsToForget(points)) {
      NEPA_RETURN_IF_ERROR(s->Bind(job).Bind(step).Run());
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<HistoryPoint>> ReadHistory(const std::string& job) {
    NEPA_ASSIGN_OR_RETURN(
        Statement * s,
        connection_.Prepare(
            "SELECT step, EXISTS (SELECT 1 FROM json_each(metrics.metrics) WHERE key NOT IN "
            "('loss', 'learning_rate', 'gradient_norm', 'images_per_second', 'step_seconds', "
            "'data_wait_seconds', 'embedding_std')) FROM metrics WHERE job=? ORDER BY step"));
    s->Bind(job);
    std::vector<HistoryPoint> points;
    for (;;) {
      NEPA_ASSIGN_OR_RETURN(const bool more, s->Step());
      if (!more) break;
      points.push_back({s->Integer(0), s->Integer(1) != 0});
    }
    s->Reset();
    return points;
  }

  absl::Status WriteCounter(const char* name, int64_t value) {
    NEPA_ASSIGN_OR_RETURN(Statement * s,
                          connection_.Prepare("INSERT INTO counters (name, value) VALUES (?,?) "
                                              "ON CONFLICT (name) DO UPDATE SET "
                                              "value=excluded.value"));
    return s->Bind(name).Bind(value).Run();
  }

  absl::Status WriteRank(const state::AttemptId& id, int64_t number, const state::Rank& rank) {
    NEPA_ASSIGN_OR_RETURN(
        Statement * s,
        connection_.Prepare(
            "INSERT INTO ranks (job, attempt, rank, worker, incarnation, pid, started, exit_kind, "
            "exit_rank, exit_message) VALUES (?,?,?,?,?,?,?,?,?,?) "
            "ON CONFLICT (job, attempt, rank) DO UPDATE SET worker=excluded.worker, "
            "incarnation=excluded.incarnation, pid=excluded.pid, started=excluded.started, "
            "exit_kind=excluded.exit_kind, exit_rank=excluded.exit_rank, "
            "exit_message=excluded.exit_message"));
    s->Bind(id.job_id).Bind(id.attempt).Bind(number).Bind(rank.worker).Bind(rank.incarnation);
    s->Bind(rank.pid).Bind(rank.started);
    BindExit(*s, rank.exit);
    return s->Run();
  }

  Connection& connection_;
};

}  // namespace

absl::Status Write(Connection& connection, const state::Change& change) {
  return std::visit(Writer(connection), change);
}

}  // namespace nepa::storage
