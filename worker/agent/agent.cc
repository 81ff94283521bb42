#include "worker/agent/agent.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace nepa::agent {
namespace {

frames::ExitKind KindOfSpawnFailure(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return frames::ExitKind::kInvalidJob;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnavailable:
      return frames::ExitKind::kStorage;
    default:
      return frames::ExitKind::kInternal;
  }
}

}  // namespace

Effects Agent::Tick(absl::Time now) { return Settle({}, now); }

absl::Time Agent::NextWake() const {
  absl::Time wake = session_.NextWake();
  for (const auto& [id, rank] : ranks_) wake = std::min(wake, rank.deadline);
  if (leaving_ && !finished_) {
    wake = std::min(wake, ranks_.empty() ? flush_deadline_ : leave_deadline_ + kKillLimit);
  }
  return wake;
}

Effects Agent::Registered(const exchange::Registered& registered, absl::Time now) {
  session_.Registered(registered, now);
  return Settle({}, now);
}

Effects Agent::OrdersReceived(const exchange::Orders& orders, absl::Time now) {
  if (!session_.Accepts(orders.incarnation, orders.acknowledged)) return Settle({}, now);
  session_.Heard(now);
  told_leaving_ = sent_leaving_;
  outbox_.Acknowledge(orders.acknowledged);
  if (outbox_.HasUnsent(now)) session_.ReportNow(now);  // the window has moved
  ForgetEnded(orders);
  orders_ = orders;
  return Settle({}, now);
}

Effects Agent::ReportWritten(absl::Time now) {
  session_.ReportWritten();
  if (outbox_.HasUnsent(now)) session_.ReportSoon(now);
  return Settle({}, now);
}

Effects Agent::LinkLost(absl::Time now) {
  session_.Lost(now);
  outbox_.ConnectionLost();
  return Settle({}, now);
}

Effects Agent::Fenced(absl::Time now) {
  session_.Fenced(now);
  outbox_.Clear();
  orders_.reset();
  ended_.clear();
  Effects effects;
  for (auto& [id, rank] : ranks_) {
    rank.fenced = true;
    KillRank(id, rank, {frames::ExitKind::kKilled, "the coordinator gave this worker's ranks up"},
             effects);
  }
  return Settle(std::move(effects), now);
}

Effects Agent::Spawned(const RankId& id, int64_t pid, absl::Time now) {
  if (const auto found = ranks_.find(id); found != ranks_.end()) {
    found->second.pid = pid;
    found->second.spawned_at = now;
    session_.ReportNow(now);
  }
  return Settle({}, now);
}

Effects Agent::SpawnFailed(const RankId& id, const absl::Status& status, absl::Time now) {
  const auto found = ranks_.find(id);
  if (found == ranks_.end()) return Settle({}, now);
  const bool fenced = found->second.fenced;
  ranks_.erase(found);
  if (!fenced) {
    ReportExit(id, {KindOfSpawnFailure(status), std::string(status.message())}, {}, now);
  }
  return Settle({}, now);
}

Effects Agent::Ended(const RankId& id, const ProcessEnd& end, absl::Time now) {
  const auto found = ranks_.find(id);
  if (found == ranks_.end()) return Settle({}, now);
  const Rank rank = std::move(found->second);
  ranks_.erase(found);
  if (!rank.fenced) {
    frames::Exit exit = rank.said.has_value()      ? *rank.said
                        : rank.verdict.has_value() ? *rank.verdict
                                                   : ExplainEnd(end);
    ReportExit(id, std::move(exit), rank.progress, now);
  }
  return Settle({}, now);
}

Effects Agent::Leave(bool at_once, absl::Time now) {
  if (!leaving_) {
    leaving_ = true;
    leave_deadline_ = now + options_.leave_limit;
  }
  if (at_once) leave_deadline_ = now;
  session_.ReportNow(now);
  return Settle({}, now);
}

void Agent::ReportExit(const RankId& id, frames::Exit exit, const frames::Progress& progress,
                       absl::Time now) {
  ended_.insert(id);
  outbox_.Add(exchange::RankExited{id.attempt, id.rank, std::move(exit), progress});
  session_.ReportNow(now);
}

Effects Agent::Settle(Effects effects, absl::Time now) {
  Reconcile(now, effects);
  KillOverdue(now, effects);
  session_.Advance(now, effects);
  if (session_.ReportDue(now)) {
    effects.emplace_back(SendReport{MakeReport(now)});
    session_.ReportSent(now);
  }
  FinishIfDone(now, effects);
  return effects;
}

exchange::Report Agent::MakeReport(absl::Time now) {
  exchange::Report report;
  report.worker_id = session_.registered()->worker_id;
  report.incarnation = session_.registered()->incarnation;
  report.leaving = sent_leaving_ = leaving_;
  for (const auto& [id, rank] : ranks_) {
    if (rank.fenced) continue;
    report.ranks.push_back(
        {id.attempt, id.rank, rank.state, rank.pid, rank.total_steps, rank.progress});
  }
  report.outbox = outbox_.Take(now);
  return report;
}

void Agent::FinishIfDone(absl::Time now, Effects& effects) {
  if (!leaving_ || finished_) return;
  if (!ranks_.empty() && now < leave_deadline_ + kKillLimit) return;
  if (flush_deadline_ == absl::InfiniteFuture()) flush_deadline_ = now + kFlushLimit;
  const bool told = outbox_.empty() && (told_leaving_ || !connected());
  if (!told && now < flush_deadline_) return;
  finished_ = true;
  effects.emplace_back(Finish{});
}

}  // namespace nepa::agent
