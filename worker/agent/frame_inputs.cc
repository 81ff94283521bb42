// What a rank says of itself, taken down.
#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "worker/agent/agent.h"

namespace nepa::agent {
namespace {

// Until its program was loaded, a rank could measure nothing. Nothing for a rank that tells of no
// spans at all.
void AddLoading(absl::Time spawned_at, std::vector<frames::Span>& spans) {
  if (spans.empty() || spans.size() == frames::kMaxSpans) return;
  absl::Time began = absl::InfiniteFuture();
  for (const frames::Span& span : spans) began = std::min(began, span.begin);
  if (began < spawned_at) return;  // the machine's clock was set meanwhile
  spans.insert(spans.begin(), {"train", "load program", spawned_at, began - spawned_at});
}

}  // namespace

Effects Agent::FrameRead(const RankId& id, const frames::Frame& frame, absl::Time now) {
  const auto found = ranks_.find(id);
  if (found != ranks_.end() && !found->second.fenced) {
    std::visit([&](const auto& f) { Take(id, found->second, f, now); }, frame);
  }
  return Settle({}, now);
}

Effects Agent::BadFrame(const RankId& id, const absl::Status& why, absl::Time now) {
  Effects effects;
  const auto found = ranks_.find(id);
  if (found != ranks_.end()) {
    KillRank(id, found->second,
             {frames::ExitKind::kInternal,
              absl::StrCat("killed by its worker, for what it wrote on its frame pipe: ",
                           why.message())},
             effects);
  }
  return Settle(std::move(effects), now);
}

void Agent::Take(const RankId& id, Rank& rank, const frames::Started& frame, absl::Time now) {
  if (std::exchange(rank.started, true)) return;
  if (rank.state == exchange::RankState::kStarting) rank.state = exchange::RankState::kRunning;
  rank.total_steps = frame.total_steps;
  rank.progress.step = std::max(rank.progress.step, frame.step);
  frames::Started started = frame;
  started.pid = rank.pid;  // ours: the rank may count in a namespace of its own
  frames::Span spawn{"agent", absl::StrCat("spawn rank ", id.rank), rank.wanted_at,
                     rank.spawned_at - rank.wanted_at};
  AddLoading(rank.spawned_at, started.spans);
  outbox_.Add(exchange::RankStarted{id.attempt, id.rank, std::move(started), {std::move(spawn)}});
  session_.ReportNow(now);
}

void Agent::Take(const RankId&, Rank& rank, const frames::Progress& frame, absl::Time now) {
  rank.progress = frame;
  session_.ReportSoon(now);
}

void Agent::Take(const RankId& id, Rank&, const frames::Metrics& frame, absl::Time now) {
  outbox_.Add(exchange::RankMetrics{id.attempt, now, frame});
  session_.ReportSoon(now);
}

void Agent::Take(const RankId& id, Rank&, const frames::CheckpointWritten& frame, absl::Time now) {
  outbox_.Add(exchange::RankCheckpoint{id.attempt, now, frame});
  session_.ReportNow(now);
}

void Agent::Take(const RankId&, Rank& rank, const frames::Exit& frame, absl::Time now) {
  if (rank.said.has_value()) return;
  rank.said = frame;
  if (now + kExitLimit < rank.deadline) {
    rank.deadline = now + kExitLimit;
    rank.overdue = "did not end after its exit frame";
  }
}

}  // namespace nepa::agent
