#include "worker/agent/outbox.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace nepa::agent {
namespace {

using exchange::AttemptId;
using exchange::RankExited;
using exchange::RankMetrics;

bool IsMetrics(const Outbox::What& what) { return std::holds_alternative<RankMetrics>(what); }

bool IsExitOf(const Outbox::What& what, const AttemptId& attempt) {
  const auto* exited = std::get_if<RankExited>(&what);
  return exited != nullptr && exited->attempt == attempt;
}

// Points of the same attempt with the same names.
std::pair<AttemptId, std::vector<std::string>> SeriesOf(const RankMetrics& metrics) {
  std::vector<std::string> names;
  for (const auto& [name, value] : metrics.metrics.values) names.push_back(name);
  return {metrics.attempt, std::move(names)};
}

}  // namespace

void Outbox::Add(What what) {
  if (IsMetrics(what)) ++waiting_metrics_;
  waiting_.push_back(std::move(what));
  if (waiting_metrics_ > kMaxWaitingMetrics) ThinMetrics();
}

void Outbox::ThinMetrics() {
  std::map<std::pair<AttemptId, std::vector<std::string>>, bool> drop_next;
  std::deque<What> kept;
  size_t kept_metrics = 0;
  for (What& what : waiting_) {
    if (const auto* metrics = std::get_if<RankMetrics>(&what)) {
      bool& drop = drop_next[SeriesOf(*metrics)];
      if (std::exchange(drop, !drop)) continue;
      ++kept_metrics;
    }
    kept.push_back(std::move(what));
  }
  // Where no two points are of one series, the oldest go.
  for (auto it = kept.begin(); it != kept.end() && kept_metrics > kMaxWaitingMetrics;) {
    if (IsMetrics(*it)) {
      it = kept.erase(it);
      --kept_metrics;
    } else {
      ++it;
    }
  }
  waiting_ = std::move(kept);
  waiting_metrics_ = kept_metrics;
}

std::vector<exchange::OutboxItem> Outbox::Take(absl::Time now) {
  while (!waiting_.empty() && sent_.size() < exchange::kMaxOutboxItems) {
    if (IsMetrics(waiting_.front())) --waiting_metrics_;
    sent_.push_back({{next_number_++, std::move(waiting_.front())}, absl::InfinitePast()});
    waiting_.pop_front();
  }
  std::vector<exchange::OutboxItem> items;
  for (Sent& sent : sent_) {
    if (now - sent.sent_at < kResendAfter) continue;
    sent.sent_at = now;
    items.push_back(sent.item);
  }
  return items;
}

bool Outbox::HasUnsent(absl::Time now) const {
  if (!waiting_.empty() && sent_.size() < exchange::kMaxOutboxItems) return true;
  return std::any_of(sent_.begin(), sent_.end(),
                     [&](const Sent& sent) { return now - sent.sent_at >= kResendAfter; });
}

void Outbox::Acknowledge(int64_t number) {
  while (!sent_.empty() && sent_.front().item.number <= number) sent_.pop_front();
}

void Outbox::ConnectionLost() {
  for (Sent& sent : sent_) sent.sent_at = absl::InfinitePast();
}

void Outbox::Clear() { *this = Outbox(); }

bool Outbox::HoldsExitOf(const AttemptId& attempt) const {
  return std::any_of(sent_.begin(), sent_.end(),
                     [&](const Sent& sent) { return IsExitOf(sent.item.what, attempt); }) ||
         std::any_of(waiting_.begin(), waiting_.end(),
                     [&](const What& what) { return IsExitOf(what, attempt); });
}

}  // namespace nepa::agent
