// What runs against what should run.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "worker/agent/agent.h"

namespace nepa::agent {

using exchange::Desired;
using exchange::RankState;
using frames::ExitKind;

void Agent::Reconcile(absl::Time now, Effects& effects) {
  for (auto& [id, rank] : ranks_) ReconcileRunning(id, rank, now, effects);
  if (!orders_.has_value()) return;
  for (const exchange::GangOrder& order : orders_->gangs) {
    for (const int64_t number : order.ranks) {
      const RankId id{order.attempt, number};
      if (ranks_.contains(id) || ended_.contains(id)) continue;
      ReconcileMissing(order, id, now, effects);
    }
  }
}

void Agent::ReconcileRunning(const RankId& id, Rank& rank, absl::Time now, Effects& effects) {
  if (rank.verdict.has_value()) return;  // being killed
  if (orders_.has_value()) {
    const exchange::GangOrder* const order = OrderOf(id);
    if (order == nullptr) {
      KillRank(id, rank, {ExitKind::kKilled, "killed: the coordinator no longer orders it here"},
               effects);
      return;
    }
    if (order->desired == Desired::kKill) {
      KillRank(id, rank, {ExitKind::kKilled, "killed on the coordinator's order"}, effects);
      return;
    }
    if (order->desired == Desired::kStopWithCheckpoint) {
      AskToStop(id, rank, options_.stop_limit, now, effects);
    }
  }
  if (leaving_) AskToStop(id, rank, leave_deadline_ - now, now, effects);
}

void Agent::ReconcileMissing(const exchange::GangOrder& order, const RankId& id, absl::Time now,
                             Effects& effects) {
  if (order.desired != Desired::kRun) {
    ReportExit(id, {ExitKind::kStopped, "stopped before it was started"}, {}, now);
    return;
  }
  if (leaving_) {
    ReportExit(id, {ExitKind::kStopped, "not started: its worker is ending"}, {}, now);
    return;
  }
  // Slots and the job's folder are free once the processes that had them are gone; their Ended
  // comes back here.
  const std::optional<int64_t> slot = FreeSlot();
  if (!slot.has_value() || OtherAttemptRuns(id.attempt)) return;
  Rank& rank = ranks_[id];
  rank.slot = *slot;
  rank.wanted_at = now;
  effects.emplace_back(Spawn{id, *slot, order});
  session_.ReportNow(now);
}

void Agent::AskToStop(const RankId& id, Rank& rank, absl::Duration limit, absl::Time now,
                      Effects& effects) {
  if (now + limit < rank.deadline) {
    rank.deadline = now + limit;
    rank.overdue = "did not stop in the time it was given to write its checkpoint";
  }
  if (std::exchange(rank.asked_to_stop, true)) return;
  rank.state = RankState::kStopping;
  effects.emplace_back(WriteStop{id, {/*checkpoint=*/true}});
  session_.ReportNow(now);
}

void Agent::KillRank(const RankId& id, Rank& rank, frames::Exit verdict, Effects& effects) {
  if (rank.verdict.has_value()) return;
  effects.emplace_back(Kill{id, verdict.message});
  rank.verdict = std::move(verdict);
  rank.state = RankState::kStopping;
  rank.deadline = absl::InfiniteFuture();
}

void Agent::KillOverdue(absl::Time now, Effects& effects) {
  for (auto& [id, rank] : ranks_) {
    if (now >= rank.deadline) {
      KillRank(id, rank, {ExitKind::kKilled, absl::StrCat("killed: it ", rank.overdue)}, effects);
    }
  }
}

void Agent::ForgetEnded(const exchange::Orders& orders) {
  for (auto it = ended_.begin(); it != ended_.end();) {
    const bool ordered =
        std::any_of(orders.gangs.begin(), orders.gangs.end(),
                    [&](const exchange::GangOrder& gang) { return gang.attempt == it->attempt; });
    it = ordered || outbox_.HoldsExitOf(it->attempt) ? std::next(it) : ended_.erase(it);
  }
}

const exchange::GangOrder* Agent::OrderOf(const RankId& id) const {
  for (const exchange::GangOrder& order : orders_->gangs) {
    if (order.attempt != id.attempt) continue;
    const auto& ranks = order.ranks;
    if (std::find(ranks.begin(), ranks.end(), id.rank) != ranks.end()) return &order;
  }
  return nullptr;
}

std::optional<int64_t> Agent::FreeSlot() const {
  for (int64_t slot = 0; slot < options_.slots; ++slot) {
    const bool taken = std::any_of(ranks_.begin(), ranks_.end(),
                                   [&](const auto& entry) { return entry.second.slot == slot; });
    if (!taken) return slot;
  }
  return std::nullopt;
}

bool Agent::OtherAttemptRuns(const exchange::AttemptId& attempt) const {
  return std::any_of(ranks_.begin(), ranks_.end(), [&](const auto& entry) {
    const exchange::AttemptId& other = entry.first.attempt;
    return other.job_id == attempt.job_id && other.attempt != attempt.attempt;
  });
}

}  // namespace nepa::agent
