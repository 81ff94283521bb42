#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/find.h"
#include "coordinator/core/operations.h"
#include "coordinator/core/requests.h"
#include "coordinator/state/words.h"

namespace nepa::core {
namespace {

constexpr char kMethod[] = "SetPriority";
constexpr int64_t kHighest = 1000;

}  // namespace

Reply SetPriority(Draft& draft, const PriorityCommand& command) {
  if (std::optional<Reply> answer = AnswerWithoutDoing(draft, command.request_id, kMethod)) {
    return *std::move(answer);
  }
  if (command.priority < 0 || command.priority > kHighest) {
    return {absl::InvalidArgumentError(
        absl::StrCat("priority ", command.priority, " is not from 0 to ", kHighest))};
  }
  const state::Job* found = FindJob(draft.state(), command.job);
  if (found == nullptr) return {NoSuchJob(command.job)};
  if (state::IsFinal(found->phase)) {
    return {absl::FailedPreconditionError(
        absl::StrCat("job ", Label(*found), " has ended already: it is ",
                     std::string(state::Name(found->phase)), ", so its priority decides nothing"))};
  }
  const std::string id = found->id;
  if (found->priority != command.priority) {
    state::Job job = *found;
    draft.AddEvent(id, 0, "priority",
                   absl::StrCat("priority ", job.priority, " became ", command.priority));
    job.priority = command.priority;
    draft.Put(std::move(job));
  }
  return Done(draft, command.request_id, kMethod, id);
}

}  // namespace nepa::core
