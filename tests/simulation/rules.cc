#include "tests/simulation/rules.h"

#include <set>
#include <variant>

#include "coordinator/core/find.h"
#include "coordinator/state/words.h"

namespace nepa::simulation {

void Rules::Submitted(const std::string& request, const std::string& job) {
  const auto [entry, fresh] = job_of_.emplace(request, job);
  if (!fresh && entry->second != job) {
    world_.Violate(absl::StrCat("request ", request, " was answered with ", job, ", and with ",
                                entry->second, " before"));
  }
  told_[job].request = request;
}

void Rules::Cancelled(const std::string& job, const state::ClusterState& state) {
  Told& told = told_[job];
  told.cancelled = true;
  told.paused = false;
  if (const auto found = state.jobs.find(job); found != state.jobs.end()) {
    told.last_attempt = found->second.attempt;
  }
}

void Rules::Paused(const std::string& job, int64_t resumes) {
  Told& told = told_[job];
  if (told.resumes == resumes) told.paused = true;
}

int64_t Rules::ResumesOf(const std::string& job) {
  const Told& told = told_[job];
  return told.open_resumes > 0 ? -1 : told.resumes;
}

void Rules::AskedToResume(const std::string& job) {
  Told& told = told_[job];
  told.paused = false;
  ++told.resumes;
  ++told.open_resumes;
}

void Rules::CheckTurn(const coordinator::Turn& turn, const coordinator::View& view) {
  std::set<std::string> filled;  // workers whose slots may be used by others than before
  for (const state::Change& change : turn.changes) {
    if (const auto* attempt = std::get_if<state::PutAttempt>(&change)) {
      CheckAttempt(view.state, attempt->attempt.id);
      for (const state::Rank& rank : attempt->attempt.gang) filled.insert(rank.worker);
    } else if (const auto* worker = std::get_if<state::PutWorker>(&change)) {
      filled.insert(worker->worker.id);
    }
  }
  for (const core::Effect& effect : turn.effects) {
    if (const auto* placed = std::get_if<core::JobPlaced>(&effect)) {
      CheckPlacement(view.state, placed->job);
    }
  }
  for (const std::string& job : turn.touched) CheckJob(view.state, job);
  for (const std::string& id : filled) {
    const auto worker = view.state.workers.find(id);
    const auto on = view.state.live_on.find(id);
    if (worker == view.state.workers.end() || on == view.state.live_on.end()) continue;
    CheckSlots(view.state, worker->second, on->second);
  }
  if (turn.planning.has_value()) CheckReasons(view);
}

void Rules::CheckAll(const state::ClusterState& state) {
  for (const auto& [job, told] : told_) CheckJob(state, job);
  CheckPins(state);
  for (const state::AttemptId& id : state.live_attempts) CheckAttempt(state, id);
  for (const auto& [id, worker] : state.workers) CheckSlots(state, worker, state.live_attempts);
}

void Rules::CheckJob(const state::ClusterState& state, const std::string& id) {
  const auto found = told_.find(id);
  if (found == told_.end()) return;
  const Told& told = found->second;
  const auto row = state.jobs.find(id);
  if (row == state.jobs.end()) {
    if (!told.may_be_gone && !told.deleted) {
      world_.Violate(absl::StrCat("job ", id, " was acknowledged and is gone"));
    }
    return;
  }
  const state::Job& job = row->second;
  if (told.deleted) world_.Violate(absl::StrCat("job ", id, " was deleted and is there"));
  if (told.cancelled && job.attempt != told.last_attempt) {
    world_.Violate(absl::StrCat("job ", id, " was cancelled during attempt ", told.last_attempt,
                                " and has attempt ", job.attempt));
  }
  if (told.cancelled && job.wish != state::Wish::kCancel && !state::IsFinal(job.phase)) {
    world_.Violate(absl::StrCat("job ", id, ": its acknowledged cancellation is forgotten"));
  }
  if (told.paused && job.wish != state::Wish::kPause && job.phase != state::Phase::kPaused &&
      !state::IsFinal(job.phase) && job.wish != state::Wish::kCancel) {
    world_.Violate(absl::StrCat("job ", id, ": its acknowledged pause is forgotten; it is ",
                                std::string(state::Name(job.phase))));
  }
}

void Rules::CheckPlacement(const state::ClusterState& state, const std::string& job) {
  const state::Attempt& attempt = state.attempts.at({job, state.jobs.at(job).attempt});
  for (const state::Rank& rank : attempt.gang) {
    if (drained_.contains(rank.worker)) {
      world_.Violate(absl::StrCat("worker ", rank.worker, " is drained and was given a rank of ",
                                  job, " in attempt ", attempt.id.attempt));
    }
  }
}

void Rules::CheckPins(const state::ClusterState& state) {
  for (const auto& [id, job] : pinned_) {
    if (told_[job].may_be_gone) continue;
    const auto checkpoint = state.checkpoints.find(id);
    if (checkpoint == state.checkpoints.end() ||
        checkpoint->second.state == state::CheckpointState::kDeleting) {
      world_.Violate(absl::StrCat("checkpoint ", id, " was pinned and is gone"));
    }
  }
}

void Rules::CheckAttempt(const state::ClusterState& state, const state::AttemptId& id) {
  if (!state.live_attempts.contains(id)) return;
  const auto job = state.jobs.find(id.job_id);
  if (job == state.jobs.end()) {
    world_.Violate(absl::StrCat("attempt ", id.attempt, " of ", id.job_id, " has no job"));
    return;
  }
  if (state::IsFinal(job->second.phase) || job->second.phase == state::Phase::kPaused) {
    world_.Violate(absl::StrCat("job ", id.job_id, " is ",
                                std::string(state::Name(job->second.phase)), " and attempt ",
                                id.attempt, " lives"));
  }
  for (auto it = state.live_attempts.lower_bound({id.job_id, 0});
       it != state.live_attempts.end() && it->job_id == id.job_id; ++it) {
    if (it->attempt != job->second.attempt) {
      world_.Violate(absl::StrCat("job ", id.job_id, " is in attempt ", job->second.attempt,
                                  " and attempt ", it->attempt, " lives too"));
    }
  }
}

void Rules::CheckSlots(const state::ClusterState& state, const state::Worker& worker,
                       const std::set<state::AttemptId>& attempts) {
  int64_t used = 0;
  for (const state::AttemptId& id : attempts) {
    for (const state::Rank& rank : state.attempts.at(id).gang) {
      used += rank.worker == worker.id && rank.incarnation == worker.incarnation && !rank.exit;
    }
  }
  if (used > worker.slots) {
    world_.Violate(absl::StrCat("worker ", worker.id, " has ", worker.slots,
                                " slots and was given ", used, " ranks"));
  }
}

void Rules::CheckReasons(const coordinator::View& view) {
  for (const auto& [id, job] : view.state.jobs) {
    if (!state::IsWaiting(job.phase)) continue;
    const auto wait = view.live.waits.find(id);
    if (wait == view.live.waits.end() || wait->second.empty()) {
      world_.Violate(absl::StrCat("job ", id, " waits without a reason"));
    }
  }
}

}  // namespace nepa::simulation
