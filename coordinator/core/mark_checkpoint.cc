#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/find.h"
#include "coordinator/core/operations.h"
#include "coordinator/core/requests.h"

namespace nepa::core {
namespace {

constexpr char kMethod[] = "VerifyCheckpoint";

}  // namespace

Reply MarkCheckpoint(Draft& draft, const MarkCheckpointCommand& command) {
  if (std::optional<Reply> answer = AnswerWithoutDoing(draft, command.request_id, kMethod)) {
    return *std::move(answer);
  }
  const auto found = draft.state().checkpoints.find(command.checkpoint);
  if (found == draft.state().checkpoints.end()) return {NoSuchCheckpoint(command.checkpoint)};
  const state::CheckpointState verdict =
      command.corrupt ? state::CheckpointState::kCorrupt : state::CheckpointState::kAvailable;
  // One that is being deleted may well be incomplete by now; that is no finding.
  if (found->second.state != state::CheckpointState::kDeleting && found->second.state != verdict) {
    state::Checkpoint checkpoint = found->second;
    checkpoint.state = verdict;
    const std::string job = checkpoint.job;
    const int64_t attempt = checkpoint.attempt;
    draft.Put(std::move(checkpoint));
    if (draft.state().jobs.contains(job)) {
      draft.AddEvent(job, attempt, command.corrupt ? "checkpoint_corrupt" : "checkpoint_whole",
                     absl::StrCat("checkpoint ", command.checkpoint, " was verified: ",
                                  command.corrupt ? "a file is missing or changed"
                                                  : "every file is as it was written"));
    }
  }
  return Done(draft, command.request_id, kMethod, command.checkpoint);
}

}  // namespace nepa::core
