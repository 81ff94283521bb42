#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/attempt.h"
#include "coordinator/core/find.h"
#include "coordinator/core/operations.h"

namespace nepa::core {
namespace {

absl::Status CheckRegistration(const Draft& draft, const exchange::Registration& registration) {
  if (registration.name.empty()) {
    return absl::InvalidArgumentError("a worker must have a name; start it with --name NAME");
  }
  if (registration.device != "cpu" && registration.device != "cuda") {
    return absl::InvalidArgumentError(absl::StrCat("worker ", registration.name, ": device '",
                                                   registration.device,
                                                   "' is neither cpu nor cuda"));
  }
  if (registration.slots < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("worker ", registration.name, ": it has ", registration.slots,
                     " slots and could run nothing; start it with --slots N"));
  }
  if (draft.state().workers.size() >= draft.settings().max_workers) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "worker ", registration.name, ": ", draft.state().workers.size(),
        " workers are known, as many as this coordinator takes; lost ones are forgotten in time"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<exchange::Registered> Register(Draft& draft,
                                              const exchange::Registration& registration) {
  const state::Worker* known = FindWorkerByName(draft.state(), registration.name);
  state::Worker worker = known == nullptr ? state::Worker{} : *known;
  if (absl::Status status = CheckRegistration(draft, registration);
      !status.ok() && !(known != nullptr && absl::IsResourceExhausted(status))) {
    return status;
  }
  if (known == nullptr) worker.id = draft.NewWorkerId();
  const std::string id = worker.id;
  LoseRanks(draft, id, worker.incarnation,
            absl::StrCat("worker ", registration.name, " was started anew"));

  worker.name = registration.name;
  worker.address = registration.address;
  worker.http_address = registration.http_address;
  worker.state = state::WorkerState::kReady;
  worker.reason = "";
  worker.incarnation += 1;
  worker.slots = registration.slots;
  worker.device = registration.device;
  worker.labels = registration.labels;
  worker.version = registration.version;
  worker.acknowledged = 0;
  worker.registered_at = draft.now();
  worker.changed_at = draft.now();
  const int64_t incarnation = worker.incarnation;
  draft.Put(std::move(worker));
  // Takes ranks once its stream has brought a report.
  draft.live().workers[id] = {draft.now(), false};
  draft.AddEvent("", 0, "worker_registered",
                 absl::StrCat("worker ", registration.name, " (", id, ") at ", registration.address,
                              ", incarnation ", incarnation, ", ", registration.slots, " ",
                              registration.device, " slots"));
  draft.AskForPlan();
  return exchange::Registered{id, incarnation, draft.settings().report_interval,
                              draft.settings().lease, draft.settings().storage};
}

}  // namespace nepa::core
