#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/find.h"
#include "coordinator/core/operations.h"
#include "coordinator/core/requests.h"

namespace nepa::core {
namespace {

constexpr char kMethod[] = "PinCheckpoint";

}  // namespace

Reply PinCheckpoint(Draft& draft, const PinCommand& command) {
  if (std::optional<Reply> answer = AnswerWithoutDoing(draft, command.request_id, kMethod)) {
    return *std::move(answer);
  }
  const auto found = draft.state().checkpoints.find(command.checkpoint);
  if (found == draft.state().checkpoints.end()) return {NoSuchCheckpoint(command.checkpoint)};
  state::Checkpoint checkpoint = found->second;
  if (checkpoint.state == state::CheckpointState::kDeleting) {
    return {absl::FailedPreconditionError(absl::StrCat(
        "checkpoint ", checkpoint.id, " is being deleted; nothing can be done for it any more"))};
  }
  if (checkpoint.pinned != command.pinned) {
    checkpoint.pinned = command.pinned;
    if (draft.state().jobs.contains(checkpoint.job)) {
      draft.AddEvent(checkpoint.job, checkpoint.attempt,
                     command.pinned ? "checkpoint_pinned" : "checkpoint_unpinned",
                     absl::StrCat("checkpoint ", checkpoint.id, " of step ", checkpoint.step,
                                  command.pinned ? " is kept until it is unpinned"
                                                 : ": checkpoint.keep decides about it again"));
    }
    draft.Put(std::move(checkpoint));
  }
  return Done(draft, command.request_id, kMethod, command.checkpoint);
}

}  // namespace nepa::core
