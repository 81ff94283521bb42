#include "tests/simulation/gang.h"

#include <algorithm>
#include <utility>

namespace nepa::simulation {

using frames::ExitKind;

bool Gang::Complete() const {
  return static_cast<int64_t>(ranks_.size()) == order_.world_size &&
         std::all_of(ranks_.begin(), ranks_.end(),
                     [](const auto& rank) { return rank->alive_ && rank->ready_; });
}

frames::Progress Gang::ProgressNow() const {
  return {step_, static_cast<double>(step_) / 100, step_ * 64, {{"loss", 1.0 / (1 + step_)}}};
}

const Folder* Gang::Find(const std::string& path, bool current) {
  const auto folder = disk_.folders.find(path);
  if (folder != disk_.folders.end()) return &folder->second;
  // Of an attempt that no longer counts, the checkpoint may have been given up since.
  if (current) {
    world_.Violate(absl::StrCat("attempt ", order_.attempt.attempt, " of ", order_.attempt.job_id,
                                " is to start from ", path, ", which is not there"));
  }
  return nullptr;
}

void Gang::Loaded(RankProcess& rank, bool current) {
  rank.ready_ = true;
  if (!order_.resume_from.empty()) {
    const Folder* folder = Find(order_.resume_from, current);
    if (folder == nullptr) return EndAll(ExitKind::kInvalidJob, "the checkpoint is not there");
    if (folder->job != order_.attempt.job_id) {
      world_.Violate(absl::StrCat(order_.attempt.job_id, " goes on from ", order_.resume_from,
                                  ", a checkpoint of ", folder->job));
    }
    step_ = saved_step_ = folder->step;
  } else if (!order_.model_from.empty() && Find(order_.model_from, current) == nullptr) {
    return EndAll(ExitKind::kInvalidJob, "the model is not there");
  }
  if (training_ || !Complete()) return;
  training_ = true;
  for (const auto& each : ranks_) {
    each->Say(frames::Started{each->pid_, step_, plan_.total_steps, "cpu", 64, 1});
  }
  world_.timeline.After(kTurn, [this] { TakeTurn(); });
}

void Gang::AskToStop(bool checkpoint) {
  stop_ = true;
  stop_with_checkpoint_ = checkpoint;
  if (training_) return;  // at its next turn
  EndAll(ExitKind::kStopped, "stopped before its first step");
}

void Gang::TakeTurn() {
  if (ending_ || broken_) return;
  if (stop_) {
    if (!stop_with_checkpoint_) return EndAll(ExitKind::kStopped, "stopped");
    ending_ = true;
    WriteCheckpoint([this] {
      ending_ = false;
      EndAll(ExitKind::kStopped, "stopped at a checkpoint");
    });
    return;
  }
  if (world_.chance.Happens(world_.weather.rank_crashes)) {
    world_.chance.OneOf(ranks_)->End(11);
    return;
  }
  step_ = std::min(step_ + plan_.steps_a_turn, plan_.total_steps);
  if (plan_.fails_at >= 0 && step_ >= plan_.fails_at) {
    return EndAll(ExitKind::kNotFinite, "the loss is not finite");
  }
  for (const auto& rank : ranks_) rank->Say(ProgressNow());
  if (++turns_ % 4 == 0 && ranks_.front()->alive_) {
    ranks_.front()->Say(frames::Metrics{step_, {{"loss", 1.0 / (1 + step_)}}});
  }
  if (step_ >= plan_.total_steps) {
    ending_ = true;
    WriteCheckpoint([this] {
      ending_ = false;
      EndAll(ExitKind::kSucceeded, "");
    });
    return;
  }
  if (step_ - saved_step_ >= plan_.checkpoint_every) WriteCheckpoint(nullptr);
  world_.timeline.After(kTurn, [this] { TakeTurn(); });
}

void Gang::WriteCheckpoint(const std::function<void()>& then) {
  saved_step_ = step_;
  const std::string name =
      absl::StrCat("checkpoints/step-", step_, "-attempt-", order_.attempt.attempt);
  auto first = ranks_.front();
  for (const auto& rank : ranks_) {
    if (rank->rank_ == 0) first = rank;
  }
  world_.timeline.After(
      world_.chance.Between(absl::Milliseconds(20), absl::Milliseconds(300)),
      [this, first, name, step = step_, then] {
        if (!first->alive_) return;  // what it had written so far has no name yet
        const std::string path = absl::StrCat(order_.folder, "/", name);
        disk_.folders[path] = {order_.attempt.job_id, step};
        first->Say(frames::CheckpointWritten{
            step, static_cast<double>(step) / 100, name, 1000, "0", {{"loss", 1.0 / (1 + step)}}});
        if (then) then();
      });
}

void Gang::EndAll(ExitKind kind, const std::string& message) {
  if (std::exchange(ending_, true)) return;
  for (const auto& rank : ranks_) {
    rank->Say(frames::Exit{kind, message});
    rank->End(0);
  }
}

void Gang::RankGone() {
  if (ending_ || !training_ || std::exchange(broken_, true)) return;
  world_.timeline.After(world_.chance.Between(absl::Milliseconds(5), absl::Milliseconds(500)),
                        [this] { Break(); });
}

void Gang::Break() { EndAll(ExitKind::kCollective, "a peer was lost"); }

}  // namespace nepa::simulation
