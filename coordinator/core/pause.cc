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

constexpr char kMethod[] = "PauseJob";

absl::Status CheckPausable(const state::Job& job) {
  if (state::IsFinal(job.phase)) {
    return absl::FailedPreconditionError(
        absl::StrCat("job ", Label(job), " has ended already: it is ",
                     std::string(state::Name(job.phase)), ", so there is nothing to pause"));
  }
  if (job.phase == state::Phase::kPaused) {
    return absl::FailedPreconditionError(absl::StrCat(
        "job ", Label(job), " is paused already; `nepactl resume ", job.id, "` lets it go on"));
  }
  if (job.wish == state::Wish::kCancel) {
    return absl::FailedPreconditionError(
        absl::StrCat("job ", Label(job), " is being cancelled and cannot be paused any more"));
  }
  return absl::OkStatus();
}

}  // namespace

Reply Pause(Draft& draft, const JobCommand& command) {
  if (std::optional<Reply> answer = AnswerWithoutDoing(draft, command.request_id, kMethod)) {
    return *std::move(answer);
  }
  const state::Job* found = FindJob(draft.state(), command.job);
  if (found == nullptr) return {NoSuchJob(command.job)};
  if (absl::Status status = CheckPausable(*found); !status.ok()) return {std::move(status)};

  state::Job job = *found;
  const std::string id = job.id;
  const state::Attempt* attempt = LiveAttempt(draft.state(), job);
  if (attempt == nullptr) {
    job.phase = state::Phase::kPaused;
    job.reason = "paused while it waited for slots";
    draft.live().waits.erase(id);
    draft.Put(std::move(job));
    draft.AddEvent(id, 0, "paused", "paused while it waited for slots");
  } else if (job.wish != state::Wish::kPause) {
    const state::AttemptId attempt_id = attempt->id;
    job.wish = state::Wish::kPause;
    job.reason = "being paused: its ranks write a checkpoint of the last step";
    draft.Put(std::move(job));
    draft.AddEvent(id, attempt_id.attempt, "pausing", "pause was asked for");
    StopAttempt(draft, attempt_id, state::Desired::kStopWithCheckpoint);
  }
  return Done(draft, command.request_id, kMethod, id);
}

}  // namespace nepa::core
