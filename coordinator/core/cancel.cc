#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/attempt.h"
#include "coordinator/core/find.h"
#include "coordinator/core/operations.h"
#include "coordinator/core/requests.h"
#include "coordinator/state/words.h"

namespace nepa::core {
namespace {

constexpr char kMethod[] = "CancelJob";

}  // namespace

Reply Cancel(Draft& draft, const JobCommand& command) {
  if (std::optional<Reply> answer = AnswerWithoutDoing(draft, command.request_id, kMethod)) {
    return *std::move(answer);
  }
  const state::Job* found = FindJob(draft.state(), command.job);
  if (found == nullptr) return {NoSuchJob(command.job)};
  if (state::IsFinal(found->phase)) {
    return {absl::FailedPreconditionError(
        absl::StrCat("job ", Label(*found), " has ended already: it is ",
                     std::string(state::Name(found->phase)), ", so there is nothing to cancel"))};
  }
  state::Job job = *found;
  const std::string id = job.id;
  const state::Attempt* attempt = LiveAttempt(draft.state(), job);
  if (attempt == nullptr) {
    EndJob(draft, std::move(job), state::Phase::kCancelled, "cancelled",
           {frames::ExitKind::kStopped, -1, "cancelled"});
  } else if (job.wish != state::Wish::kCancel) {
    const state::AttemptId attempt_id = attempt->id;
    job.wish = state::Wish::kCancel;
    job.reason = "being cancelled: its ranks are being ended";
    draft.Put(std::move(job));
    draft.AddEvent(id, attempt_id.attempt, "cancelling", "cancel was asked for");
    StopAttempt(draft, attempt_id, state::Desired::kKill);
  }
  return Done(draft, command.request_id, kMethod, id);
}

}  // namespace nepa::core
