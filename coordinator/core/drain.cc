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

constexpr char kDrain[] = "DrainWorker";
constexpr char kUndrain[] = "UndrainWorker";
constexpr size_t kMaxReasonBytes = 256;

// "drained by ann: its fan is broken". Never empty: that would say that it is not drained.
std::string Why(const DrainCommand& command) {
  return absl::StrCat("drained", command.user.empty() ? "" : " by ", command.user,
                      command.reason.empty() ? "" : ": ", command.reason);
}

std::string Moving(int64_t gangs) {
  if (gangs == 0) return "; nothing runs there";
  return absl::StrCat("; ", gangs,
                      gangs == 1 ? " job writes a checkpoint and goes on elsewhere"
                                 : " jobs write a checkpoint and go on elsewhere");
}

}  // namespace

Reply Drain(Draft& draft, const DrainCommand& command) {
  if (std::optional<Reply> answer = AnswerWithoutDoing(draft, command.request_id, kDrain)) {
    return *std::move(answer);
  }
  if (command.reason.size() > kMaxReasonBytes || command.user.size() > kMaxReasonBytes) {
    return {absl::InvalidArgumentError(absl::StrCat("the reason to drain a worker has ",
                                                    command.reason.size(), " bytes; at most ",
                                                    kMaxReasonBytes))};
  }
  const state::Worker* found = FindWorker(draft.state(), command.worker);
  if (found == nullptr) return {NoSuchWorker(command.worker)};
  state::Worker worker = *found;
  const std::string id = worker.id;
  if (worker.drained != Why(command)) {
    worker.drained = Why(command);
    worker.changed_at = draft.now();
    const std::string what = absl::StrCat("worker ", worker.name, " is ", worker.drained);
    const std::string why = absl::StrCat("worker ", worker.name, " is drained");
    draft.Put(std::move(worker));
    const int64_t moving = StopAttemptsOn(draft, id, why);
    draft.AddEvent("", 0, "worker_drained", absl::StrCat(what, Moving(moving)));
    draft.AskForPlan();
  }
  return Done(draft, command.request_id, kDrain, id);
}

Reply Undrain(Draft& draft, const UndrainCommand& command) {
  if (std::optional<Reply> answer = AnswerWithoutDoing(draft, command.request_id, kUndrain)) {
    return *std::move(answer);
  }
  const state::Worker* found = FindWorker(draft.state(), command.worker);
  if (found == nullptr) return {NoSuchWorker(command.worker)};
  state::Worker worker = *found;
  const std::string id = worker.id;
  if (worker.drained.empty() && worker.state == state::WorkerState::kDraining) {
    return {absl::FailedPreconditionError(absl::StrCat("worker ", worker.name,
                                                       " was not drained: ", worker.reason,
                                                       "; start it again, and it takes ranks"))};
  }
  if (!worker.drained.empty()) {
    worker.drained = "";
    worker.changed_at = draft.now();
    const std::string name = worker.name;
    draft.Put(std::move(worker));
    draft.AddEvent("", 0, "worker_undrained", absl::StrCat("worker ", name, " takes ranks again"));
    draft.AskForPlan();
  }
  return Done(draft, command.request_id, kUndrain, id);
}

}  // namespace nepa::core
