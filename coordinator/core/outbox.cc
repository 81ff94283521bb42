#include "coordinator/core/outbox.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "coordinator/core/attempt.h"
#include "coordinator/core/checkpoints.h"
#include "coordinator/core/find.h"
#include "coordinator/core/trace.h"
#include "coordinator/state/words.h"

namespace nepa::core {
namespace {

using state::Attempt;
using state::AttemptId;
using state::Job;

bool AllStarted(const Attempt& attempt) {
  return std::all_of(attempt.gang.begin(), attempt.gang.end(),
                     [](const state::Rank& rank) { return rank.started; });
}

// JSON and the database have no word for NaN and infinity; a point without them tells the same
// story.
std::map<std::string, double> Finite(const std::map<std::string, double>& values) {
  std::map<std::string, double> finite;
  for (const auto& [name, value] : values) {
    if (std::isfinite(value)) finite[name] = value;
  }
  return finite;
}

void Merge(std::map<std::string, double>& into, const std::map<std::string, double>& values) {
  for (const auto& [name, value] : Finite(values)) into[name] = value;
}

// A folder below the job's own: no absolute path, no way up.
bool IsBelow(const std::string& path) {
  if (path.empty() || path.front() == '/') return false;
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

class Taker {
 public:
  Taker(Draft& draft, const std::string& worker, int64_t incarnation)
      : draft_(draft), worker_(worker), incarnation_(incarnation) {}

  void operator()(const exchange::RankStarted& item) {
    if (!IsCurrent(item.attempt, item.rank)) return;
    Attempt attempt = draft_.state().attempts.at(item.attempt);
    state::Rank& rank = attempt.gang.at(static_cast<size_t>(item.rank));
    rank.pid = item.started.pid;
    rank.started = true;
    const bool all = AllStarted(attempt) && !attempt.started_at.has_value();
    if (all) attempt.started_at = draft_.now();
    const bool stays = attempt.desired == state::Desired::kRun;
    draft_.Put(std::move(attempt));

    Job job = draft_.state().jobs.at(item.attempt.job_id);
    job.step = item.started.step;
    job.total_steps = item.started.total_steps;
    if (all) {
      job.phase = state::Phase::kRunning;
      if (stays) job.reason = "";
      if (!job.started_at.has_value()) job.started_at = draft_.now();
    }
    draft_.Put(std::move(job));
    AddRankSpans(item.attempt, item.rank, item.started.spans);
    draft_.AddSpans(
        item.attempt.job_id,
        SpansOf(item.attempt.attempt, absl::StrCat("worker ", WorkerName(draft_.state(), worker_)),
                item.spans));
    if (!all) return;
    draft_.AddEvent(
        item.attempt.job_id, item.attempt.attempt, "started",
        absl::StrCat("trains from step ", item.started.step, " of ", item.started.total_steps,
                     " on ", item.started.device, ", micro-batch ", item.started.micro_batch, " x ",
                     item.started.accumulation));
  }

  void operator()(const exchange::RankMetrics& item) {
    if (!IsCurrentAttempt(item.attempt)) return;
    const std::string& id = item.attempt.job_id;
    draft_.Record(
        state::AddMetrics{id, {item.metrics.step, item.time, Finite(item.metrics.values)}});
    Job job = draft_.state().jobs.at(id);
    Merge(job.metrics, item.metrics.values);
    draft_.Put(std::move(job));
    AddRankSpans(item.attempt, 0, item.metrics.spans);
  }

  void operator()(const exchange::RankCheckpoint& item) {
    if (!IsCurrentAttempt(item.attempt) || !IsBelow(item.checkpoint.path)) return;
    const frames::CheckpointWritten& written = item.checkpoint;
    state::Checkpoint row;
    row.job = item.attempt.job_id;
    row.path = absl::StrCat(FolderOf(row.job), "/", written.path);
    if (IsRegistered(row.job, row.path)) return;
    row.id = draft_.NewCheckpointId();
    row.attempt = item.attempt.attempt;
    row.step = written.step;
    row.epoch = written.epoch;
    row.bytes = written.bytes;
    row.sha256 = written.sha256;
    row.metrics = Finite(written.metrics);
    row.created_at = item.time;
    draft_.AddEvent(row.job, row.attempt, "checkpoint",
                    absl::StrCat("checkpoint ", row.id, " of step ", row.step, ", ", row.bytes,
                                 " bytes, written in ", written.write_seconds, " s"));
    draft_.Put(std::move(row));
    AddRankSpans(item.attempt, 0, written.spans);

    Job job = draft_.state().jobs.at(item.attempt.job_id);
    job.step = std::max(job.step, written.step);
    job.epoch = std::max(job.epoch, written.epoch);
    Merge(job.metrics, written.metrics);
    draft_.Put(job);
    ApplyRetention(draft_, job);
  }

  void operator()(const exchange::RankExited& item) {
    if (!IsCurrent(item.attempt, item.rank)) return;
    if (item.progress.step > 0) {
      Job job = draft_.state().jobs.at(item.attempt.job_id);
      job.step = std::max(job.step, item.progress.step);
      job.epoch = std::max(job.epoch, item.progress.epoch);
      Merge(job.metrics, item.progress.metrics);
      draft_.Put(std::move(job));
    }
    EndRank(draft_, item.attempt, item.rank, {item.exit.kind, item.rank, item.exit.message});
  }

 private:
  bool IsCurrent(const AttemptId& attempt, int64_t rank) const {
    return IsCurrentRank(draft_.state(), worker_, incarnation_, attempt, rank);
  }

  // For items that don't say which rank they come from.
  bool IsCurrentAttempt(const AttemptId& attempt) const {
    const auto found = draft_.state().attempts.find(attempt);
    if (found == draft_.state().attempts.end()) return false;
    for (size_t i = 0; i < found->second.gang.size(); ++i) {
      if (IsCurrent(attempt, static_cast<int64_t>(i))) return true;
    }
    return false;
  }

  void AddRankSpans(const AttemptId& attempt, int64_t rank,
                    const std::vector<frames::Span>& spans) {
    draft_.AddSpans(attempt.job_id, SpansOf(attempt.attempt, absl::StrCat("rank ", rank), spans));
  }

  bool IsRegistered(const std::string& job, const std::string& path) const {
    const auto ids = draft_.state().checkpoints_of.find(job);
    if (ids == draft_.state().checkpoints_of.end()) return false;
    return std::any_of(ids->second.begin(), ids->second.end(), [&](const std::string& id) {
      return draft_.state().checkpoints.at(id).path == path;
    });
  }

  Draft& draft_;
  const std::string& worker_;
  const int64_t incarnation_;
};

}  // namespace

bool IsCurrentRank(const state::ClusterState& state, const std::string& worker, int64_t incarnation,
                   const AttemptId& attempt, int64_t rank) {
  if (!state.live_attempts.contains(attempt)) return false;
  const std::vector<state::Rank>& gang = state.attempts.at(attempt).gang;
  if (rank < 0 || rank >= static_cast<int64_t>(gang.size())) return false;
  const state::Rank& placed = gang[static_cast<size_t>(rank)];
  return placed.worker == worker && placed.incarnation == incarnation && !placed.exit;
}

void TakeItem(Draft& draft, const std::string& worker, int64_t incarnation,
              const exchange::OutboxItem& item) {
  std::visit(Taker(draft, worker, incarnation), item.what);
}

}  // namespace nepa::core
