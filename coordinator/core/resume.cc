#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/checkpoints.h"
#include "coordinator/core/find.h"
#include "coordinator/core/operations.h"
#include "coordinator/core/requests.h"
#include "coordinator/state/words.h"

namespace nepa::core {
namespace {

constexpr char kMethod[] = "ResumeJob";

absl::Status WhyNotPaused(const state::Job& job) {
  const std::string phase(state::Name(job.phase));
  if (state::IsFinal(job.phase)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "job ", Label(job), " has ended: it is ", phase,
        ", and only a paused job can be resumed. Submit a new one; with model.from: job/", job.id,
        " it starts from this one's weights"));
  }
  if (job.wish == state::Wish::kPause) {
    return absl::FailedPreconditionError(
        absl::StrCat("job ", Label(job), " is still being paused; resume it once it is PAUSED"));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("job ", Label(job), " is not paused: it is ", phase));
}

}  // namespace

Reply Resume(Draft& draft, const JobCommand& command) {
  if (std::optional<Reply> answer = AnswerWithoutDoing(draft, command.request_id, kMethod)) {
    return *std::move(answer);
  }
  const state::Job* found = FindJob(draft.state(), command.job);
  if (found == nullptr) return {NoSuchJob(command.job)};
  if (found->phase != state::Phase::kPaused) return {WhyNotPaused(*found)};

  if (HasOnlyDamagedCheckpoints(draft.state(), found->id)) {
    return {absl::FailedPreconditionError(absl::StrCat(
        "job ", Label(*found), " cannot go on: ", OnlyDamagedCheckpoints(draft.state(), found->id),
        ", then resume it"))};
  }

  state::Job job = *found;
  const std::string id = job.id;
  const state::Checkpoint* latest = LatestCheckpoint(draft.state(), id);
  job.phase = state::Phase::kQueued;
  job.reason = "";
  job.queued_at = draft.now();
  job.not_before = absl::InfinitePast();
  draft.Put(std::move(job));
  draft.AddEvent(id, 0, "resumed",
                 latest == nullptr ? "starts from step 0"
                                   : absl::StrCat("goes on from step ", latest->step,
                                                  ", checkpoint ", latest->id));
  return Done(draft, command.request_id, kMethod, id);
}

}  // namespace nepa::core
