#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/attempt.h"
#include "coordinator/core/find.h"
#include "coordinator/core/operations.h"
#include "coordinator/core/outbox.h"

namespace nepa::core {
namespace {

absl::Status CheckSender(const state::ClusterState& state, const exchange::Report& report) {
  const auto worker = state.workers.find(report.worker_id);
  if (worker == state.workers.end()) {
    return absl::NotFoundError(absl::StrCat(
        "worker '", report.worker_id, "' is not known here; it stops its ranks and registers"));
  }
  const std::string& name = worker->second.name;
  if (worker->second.incarnation != report.incarnation) {
    return absl::AbortedError(
        absl::StrCat("worker ", name, ": incarnation ", report.incarnation, " is over, ",
                     worker->second.incarnation,
                     " has registered since; is another worker running under the same name?"));
  }
  if (worker->second.state == state::WorkerState::kLost) {
    return absl::AbortedError(absl::StrCat("worker ", name,
                                           " was given up: ", worker->second.reason,
                                           "; it stops its ranks and registers again"));
  }
  return absl::OkStatus();
}

// Takes every item that was not taken before, in order, and acknowledges it in the same change.
// What comes after a gap waits: the worker sends all of it again.
void TakeOutbox(Draft& draft, const exchange::Report& report) {
  int64_t acknowledged = draft.state().workers.at(report.worker_id).acknowledged;
  const int64_t before = acknowledged;
  for (const exchange::OutboxItem& item : report.outbox) {
    if (item.number <= acknowledged) continue;
    if (item.number != acknowledged + 1) break;
    TakeItem(draft, report.worker_id, report.incarnation, item);
    acknowledged = item.number;
  }
  if (acknowledged == before) return;
  state::Worker worker = draft.state().workers.at(report.worker_id);
  worker.acknowledged = acknowledged;
  draft.Put(std::move(worker));
}

void TakeLeaving(Draft& draft, const exchange::Report& report) {
  state::Worker worker = draft.state().workers.at(report.worker_id);
  if (!report.leaving || worker.state == state::WorkerState::kDraining) return;
  worker.state = state::WorkerState::kDraining;
  worker.reason = "it is being shut down";
  worker.changed_at = draft.now();
  const std::string name = worker.name;
  draft.Put(std::move(worker));
  draft.AddEvent("", 0, "worker_leaving",
                 absl::StrCat("worker ", name, " is being shut down; its jobs go on elsewhere"));
  draft.AskForPlan();
  StopAttemptsOn(draft, report.worker_id, absl::StrCat("worker ", name, " is being shut down"));
}

void NoteProgress(Draft& draft, const exchange::Report& report) {
  for (const exchange::RankStatus& status : report.ranks) {
    if (!IsCurrentRank(draft.state(), report.worker_id, report.incarnation, status.attempt,
                       status.rank)) {
      continue;
    }
    draft.live().ranks[status.attempt][status.rank] = {status.state, status.pid, status.total_steps,
                                                       status.progress};
    draft.TouchJob(status.attempt.job_id);
  }
}

}  // namespace

absl::Status TakeReport(Draft& draft, const exchange::Report& report) {
  if (absl::Status status = CheckSender(draft.state(), report); !status.ok()) return status;
  state::LiveWorker& live = draft.live().workers[report.worker_id];
  if (!live.connected) draft.AskForPlan();
  live = {draft.now(), true};
  TakeOutbox(draft, report);
  TakeLeaving(draft, report);
  NoteProgress(draft, report);
  return absl::OkStatus();
}

void Disconnect(Draft& draft, const std::string& worker_id, int64_t incarnation) {
  const auto found = draft.state().workers.find(worker_id);
  if (found == draft.state().workers.end() || found->second.incarnation != incarnation) return;
  draft.live().workers[worker_id].connected = false;
  draft.AskForPlan();
  // One that was ending and has nothing left to say is gone; its lease need not run out.
  if (found->second.state != state::WorkerState::kDraining ||
      UsedSlots(draft.state(), found->second) > 0) {
    return;
  }
  state::Worker worker = found->second;
  worker.state = state::WorkerState::kLost;
  worker.reason = "it was shut down";
  worker.changed_at = draft.now();
  draft.Put(std::move(worker));
}

}  // namespace nepa::core
