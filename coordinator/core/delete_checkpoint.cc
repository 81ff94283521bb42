#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/checkpoints.h"
#include "coordinator/core/find.h"
#include "coordinator/core/model_source.h"
#include "coordinator/core/operations.h"
#include "coordinator/core/requests.h"
#include "coordinator/state/words.h"

namespace nepa::core {
namespace {

constexpr char kMethod[] = "DeleteCheckpoint";

// Whether the job starts from the checkpoint, or would if it were placed now.
bool StartsFrom(const state::ClusterState& state, const state::Job& job, const std::string& id) {
  if (!job.from_checkpoint.empty()) return job.from_checkpoint == id;
  return !job.from_job.empty() && state::IsWaiting(job.phase) &&
         ResolveModel(state, job).checkpoint == id;
}

// What a job that has not ended loses with its checkpoint: where it would go on, or the knowledge
// that it must not start over.
absl::Status CheckOwnJob(const state::ClusterState& state, const state::Checkpoint& checkpoint) {
  const auto job = state.jobs.find(checkpoint.job);
  if (job == state.jobs.end() || state::IsFinal(job->second.phase)) return absl::OkStatus();
  const state::Checkpoint* latest = LatestCheckpoint(state, checkpoint.job);
  const bool needed = latest != nullptr ? latest->id == checkpoint.id
                                        : HasOnlyDamagedCheckpoints(state, checkpoint.job);
  if (!needed) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "job ", Label(job->second), " is ", std::string(state::Name(job->second.phase)),
      latest != nullptr ? " and would go on from checkpoint "
                        : " and must not start over, as it would without checkpoint ",
      checkpoint.id, "; cancel the job first, or delete the checkpoint once there is a later one"));
}

absl::Status CheckDeletable(const state::ClusterState& state, const state::Checkpoint& checkpoint) {
  const std::string& id = checkpoint.id;
  if (checkpoint.state == state::CheckpointState::kDeleting) {
    return absl::FailedPreconditionError(
        absl::StrCat("checkpoint ", id, " is being deleted already"));
  }
  if (checkpoint.pinned) {
    return absl::FailedPreconditionError(absl::StrCat(
        "checkpoint ", id, " is pinned; `nepactl checkpoints unpin ", id, "` takes the mark away"));
  }
  for (const auto& [job_id, job] : state.jobs) {
    if (!StartsFrom(state, job, id)) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "job ", Label(job), " starts from checkpoint ", id, "; delete that job first"));
  }
  return CheckOwnJob(state, checkpoint);
}

}  // namespace

Reply DeleteCheckpoint(Draft& draft, const DeleteCheckpointCommand& command) {
  if (std::optional<Reply> answer = AnswerWithoutDoing(draft, command.request_id, kMethod)) {
    return *std::move(answer);
  }
  const auto found = draft.state().checkpoints.find(command.checkpoint);
  if (found == draft.state().checkpoints.end()) return {NoSuchCheckpoint(command.checkpoint)};
  const state::Checkpoint checkpoint = found->second;
  if (absl::Status status = CheckDeletable(draft.state(), checkpoint); !status.ok()) {
    return {std::move(status)};
  }
  if (draft.state().jobs.contains(checkpoint.job)) {
    draft.AddEvent(checkpoint.job, checkpoint.attempt, "checkpoint_deleted",
                   absl::StrCat("checkpoint ", checkpoint.id, " of step ", checkpoint.step,
                                " was deleted, as was asked"));
  }
  GiveUpCheckpoint(draft, checkpoint.id);
  return Done(draft, command.request_id, kMethod, checkpoint.id);
}

}  // namespace nepa::core
