#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/core/find.h"
#include "coordinator/core/notify.h"
#include "coordinator/core/operations.h"
#include "coordinator/core/requests.h"
#include "coordinator/state/words.h"

namespace nepa::core {
namespace {

constexpr char kMethod[] = "DeleteJob";
constexpr char kCheckpointsFolder[] = "checkpoints";

absl::Status CheckDeletable(const state::ClusterState& state, const state::Job& job,
                            bool keep_checkpoints) {
  if (!state::IsFinal(job.phase)) {
    return absl::FailedPreconditionError(absl::StrCat("job ", Label(job), " has not ended: it is ",
                                                      std::string(state::Name(job.phase)),
                                                      "; `nepactl cancel ", job.id, "` ends it"));
  }
  if (keep_checkpoints) return absl::OkStatus();
  for (const auto& [id, other] : state.jobs) {
    if (other.from_job != job.id || id == job.id) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("job ", Label(other), " starts from a checkpoint of job ", Label(job),
                     "; delete that one first, or keep the checkpoints (--keep-checkpoints)"));
  }
  return absl::OkStatus();
}

void DeleteAttempts(Draft& draft, const state::Job& job) {
  std::vector<state::AttemptId> ids;
  const auto& attempts = draft.state().attempts;
  for (auto it = attempts.lower_bound({job.id, 0});
       it != attempts.end() && it->first.job_id == job.id; ++it) {
    ids.push_back(it->first);
  }
  for (const state::AttemptId& id : ids) draft.Record(state::DeleteAttempt{id});
}

void DeleteCheckpoints(Draft& draft, const std::string& job) {
  const auto found = draft.state().checkpoints_of.find(job);
  if (found == draft.state().checkpoints_of.end()) return;
  const std::vector<std::string> ids(found->second.begin(), found->second.end());
  for (const std::string& id : ids) draft.Record(state::DeleteCheckpoint{id});
}

}  // namespace

Reply Delete(Draft& draft, const DeleteCommand& command) {
  if (std::optional<Reply> answer = AnswerWithoutDoing(draft, command.request_id, kMethod)) {
    return *std::move(answer);
  }
  const state::Job* found = FindJob(draft.state(), command.job);
  if (found == nullptr) return {NoSuchJob(command.job)};
  absl::Status status = CheckDeletable(draft.state(), *found, command.keep_checkpoints);
  if (!status.ok()) return {std::move(status)};

  const state::Job job = *found;
  DeleteAttempts(draft, job);
  if (!command.keep_checkpoints) DeleteCheckpoints(draft, job.id);
  DropNotification(draft, job.id);
  draft.Record(state::DeleteJob{job.id});
  const state::Removal removal{FolderOf(job.id),
                               command.keep_checkpoints ? kCheckpointsFolder : ""};
  draft.Record(state::PutRemoval{removal});
  draft.Emit(RemoveFolder{removal});
  return Done(draft, command.request_id, kMethod, job.id);
}

}  // namespace nepa::core
