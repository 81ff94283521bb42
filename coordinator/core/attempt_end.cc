#include "coordinator/core/attempt_end.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/attempt.h"
#include "coordinator/core/checkpoints.h"
#include "coordinator/core/find.h"

namespace nepa::core {
namespace {

using frames::ExitKind;
using state::Attempt;
using state::Exit;
using state::Job;
using state::Phase;

int Weight(ExitKind kind) {
  if (kind == ExitKind::kSucceeded || kind == ExitKind::kStopped) return 0;
  if (frames::IsFaultOfJob(kind)) return 3;
  return kind == ExitKind::kCollective ? 1 : 2;
}

std::string Explain(const state::ClusterState& state, const Attempt& attempt) {
  const Exit& cause = *attempt.cause;
  const std::string& worker = attempt.gang.at(static_cast<size_t>(cause.rank)).worker;
  return absl::StrCat(
      "rank ", cause.rank, " on ", WorkerName(state, worker), ": ",
      cause.message.empty() ? std::string(frames::Name(cause.kind)) : cause.message);
}

// How many faults in a row got nowhere, with this attempt's: the next attempt starts from where
// this one did.
int64_t BarrenFaults(const Draft& draft, const Job& job, const Attempt& attempt) {
  const state::Checkpoint* latest = LatestCheckpoint(draft.state(), job.id);
  const bool wrote = latest != nullptr && latest->attempt == attempt.id.attempt;
  return wrote ? 0 : job.barren_faults + 1;
}

absl::Duration Backoff(const Settings& settings, int64_t barren_faults) {
  if (barren_faults <= 1) return absl::ZeroDuration();
  absl::Duration pause = settings.backoff_first;
  for (int64_t i = 2; i < barren_faults && pause < settings.backoff_most; ++i) pause *= 2;
  return std::min(pause, settings.backoff_most);
}

void WaitAgain(Draft& draft, Job job, const std::string& reason, absl::Duration pause) {
  const std::string id = job.id;
  const int64_t attempt = job.attempt;
  job.phase = Phase::kRestarting;
  job.reason = reason;
  job.queued_at = draft.now();
  job.not_before = pause > absl::ZeroDuration() ? draft.now() + pause : absl::InfinitePast();
  draft.Put(std::move(job));
  draft.AddEvent(id, attempt, "restarting", reason);
}

// A fault of the machine: another attempt, without end while the attempts get somewhere.
void Restart(Draft& draft, Job job, const Attempt& attempt, const std::string& why) {
  const int64_t most = job.source->file.spec.restart.max;
  const int64_t barren = BarrenFaults(draft, job, attempt);
  if (most == 0 || barren > most) {
    EndJob(draft, job, Phase::kFailed,
           absl::StrCat(why, "; given up ",
                        most == 0 ? std::string("at the first fault")
                                  : absl::StrCat("after ", barren,
                                                 " faults in a row without a new checkpoint"),
                        " (restart.max). Submit it again with model.from: "
                        "checkpoint/ID to go on from its last weights"),
           *attempt.cause);
    return;
  }
  job.restarts += 1;
  job.barren_faults = barren;
  const absl::Duration pause = Backoff(draft.settings(), barren);
  draft.Emit(JobRestarted{job.id, attempt.cause->kind});
  const std::string reason =
      absl::StrCat(why, "; restart ", job.restarts,
                   barren == 0 ? std::string()
                               : absl::StrCat(" (fault ", barren, " of at most ", most,
                                              " in a row without a new checkpoint)"));
  WaitAgain(draft, std::move(job), reason, pause);
}

// The worker for whose sake the attempt was stopped, if people drained it.
const state::Worker* DrainedWorker(const state::ClusterState& state, const Attempt& attempt) {
  for (const state::Rank& rank : attempt.gang) {
    const auto worker = state.workers.find(rank.worker);
    if (worker != state.workers.end() && !worker->second.drained.empty()) return &worker->second;
  }
  return nullptr;
}

// One that people drained takes no ranks, so that its jobs need not wait until it is gone.
void GoOnElsewhere(Draft& draft, Job job, const Attempt& attempt) {
  if (const state::Worker* drained = DrainedWorker(draft.state(), attempt)) {
    return WaitAgain(draft, std::move(job),
                     absl::StrCat("goes on elsewhere: worker ", drained->name, " is drained"),
                     absl::ZeroDuration());
  }
  WaitAgain(draft, std::move(job), "goes on elsewhere: its worker is ending",
            draft.settings().drain_pause);
}

void PauseJob(Draft& draft, Job job) {
  const std::string id = job.id;
  const int64_t attempt = job.attempt;
  const state::Checkpoint* latest = LatestCheckpoint(draft.state(), id);
  job.phase = Phase::kPaused;
  job.wish = state::Wish::kRun;
  if (latest != nullptr) {
    job.reason = absl::StrCat("paused at step ", latest->step, ", checkpoint ", latest->id);
  } else if (HasOnlyDamagedCheckpoints(draft.state(), id)) {
    job.reason = absl::StrCat("paused; ", OnlyDamagedCheckpoints(draft.state(), id));
  } else {
    job.reason = "paused before its first checkpoint";
  }
  const std::string reason = job.reason;
  draft.Put(std::move(job));
  draft.AddEvent(id, attempt, "paused", reason);
}

}  // namespace

void NoteCause(Attempt& attempt, const Exit& exit) {
  const bool explains = attempt.desired != state::Desired::kKill ||
                        frames::IsFaultOfJob(exit.kind) ||
                        exit.kind == ExitKind::kDamagedCheckpoint || !attempt.cause.has_value();
  if (!explains) return;
  if (!attempt.cause.has_value() || Weight(exit.kind) > Weight(attempt.cause->kind)) {
    attempt.cause = exit;
  }
}

void SettleAttempt(Draft& draft, const state::AttemptId& id) {
  Attempt attempt = draft.state().attempts.at(id);
  attempt.ended_at = draft.now();
  draft.Put(attempt);
  draft.live().ranks.erase(id);

  Job job = draft.state().jobs.at(id.job_id);
  const Exit& cause = *attempt.cause;
  const std::string why = Explain(draft.state(), attempt);
  const std::optional<std::string> damage =
      cause.kind == ExitKind::kDamagedCheckpoint
          ? NoteDamage(draft, id, attempt.resume_from, cause.message)
          : std::nullopt;
  job.exit = cause;
  if (job.wish == state::Wish::kCancel) {
    EndJob(draft, std::move(job), Phase::kCancelled, "cancelled",
           {ExitKind::kStopped, -1, "cancelled"});
  } else if (Weight(cause.kind) == 0 &&
             std::all_of(attempt.gang.begin(), attempt.gang.end(), [](const state::Rank& rank) {
               return rank.exit->kind == ExitKind::kSucceeded;
             })) {
    EndJob(draft, std::move(job), Phase::kSucceeded, "all steps done", cause);
  } else if (frames::IsFaultOfJob(cause.kind)) {
    EndJob(draft, std::move(job), Phase::kFailed, why, cause);
  } else if (job.wish == state::Wish::kPause) {
    PauseJob(draft, std::move(job));
  } else if (damage.has_value() && HasOnlyDamagedCheckpoints(draft.state(), job.id)) {
    EndJob(draft, std::move(job), Phase::kFailed, *damage, cause);
  } else if (damage.has_value()) {
    WaitAgain(draft, std::move(job), *damage, absl::ZeroDuration());
  } else if (attempt.drained || Weight(cause.kind) == 0) {
    GoOnElsewhere(draft, std::move(job), attempt);
  } else {
    Restart(draft, std::move(job), attempt, why);
  }
}

}  // namespace nepa::core
