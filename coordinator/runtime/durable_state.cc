#include "coordinator/runtime/durable_state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/operations.h"
#include "coordinator/core/trace.h"

namespace nepa::coordinator {
namespace {

// A failed commit is tried again by what comes next, or after this time.
constexpr absl::Duration kRetryAfterFailure = absl::Seconds(1);
// Old requests and workers are forgotten at least this often.
constexpr absl::Duration kLongestTick = absl::Hours(1);

// The jobs of which the draft tells how their time went.
std::vector<std::string> JobsWithSpans(const core::Draft& draft) {
  std::set<std::string> jobs;
  for (const state::Change& change : draft.changes()) {
    if (const auto* add = std::get_if<state::AddSpans>(&change)) jobs.insert(add->job);
  }
  return {jobs.begin(), jobs.end()};
}

}  // namespace

absl::StatusOr<DurableState> DurableState::Open(Options options) {
  absl::StatusOr<state::ClusterState> state = options.store->Load();
  if (!state.ok()) return state.status();
  return DurableState(std::move(options), *std::move(state));
}

DurableState::DurableState(Options options, state::ClusterState state)
    : options_(std::move(options)), state_(std::move(state)) {
  live_.began = options_.clock();
}

Turn DurableState::TakeTurn(absl::Span<const Decide> decisions) {
  const absl::Time now = options_.clock();
  // Far beyond its deadline: this machine stood still, and the workers' reports with it. Grant them
  // a lease from now.
  if (now - next_turn_ > options_.settings.lease / 2) live_.began = now;
  core::Draft draft(state_, live_, options_.settings, now);
  for (const Decide& decide : decisions) decide(draft);
  if (next_turn_ <= now) core::Tick(draft);
  core::ForgetRemovals(draft);
  core::SettleNotifications(draft);
  Turn turn;
  Plan(draft, turn);
  core::SendNotifications(draft);
  const std::vector<std::string> traced = JobsWithSpans(draft);
  if (!draft.changes().empty()) core::WriteSpans(draft);
  Commit(draft, traced, turn);
  next_turn_ =
      std::min(core::NextDeadline(state_, live_, options_.settings, now), now + kLongestTick);
  if (!turn.committed.ok()) next_turn_ = now + kRetryAfterFailure;
  return turn;
}

void DurableState::Plan(core::Draft& draft, Turn& turn) {
  if (!draft.plan_wanted() && !plan_wanted_) return;
  const absl::Time began = options_.clock();
  core::MakePlacements(draft);
  const absl::Time ended = options_.clock();
  turn.planning = ended - began;
  plan_wanted_ = false;
  std::vector<std::string> placed;
  for (const core::Effect& effect : draft.effects()) {
    if (const auto* each = std::get_if<core::JobPlaced>(&effect)) placed.push_back(each->job);
  }
  for (const std::string& job : placed) {
    draft.AddSpans(job, {core::OwnSpan(state_.jobs.at(job).attempt, "loop", "plan", began, ended)});
  }
}

void DurableState::Commit(core::Draft& draft, const std::vector<std::string>& traced, Turn& turn) {
  const absl::Time began = options_.clock();
  absl::Time ended = began;
  if (!draft.changes().empty()) {
    turn.committed = options_.store->Commit(draft.changes());
    ended = options_.clock();
    turn.committing = ended - began;
  }
  if (!turn.committed.ok()) {
    draft.RollBack();
    plan_wanted_ = true;
    return;
  }
  core::ForgetSettled(live_);
  if (turn.committing.has_value()) live_.unwritten_spans.clear();
  for (const std::string& id : traced) {
    const auto job = state_.jobs.find(id);
    if (job == state_.jobs.end()) continue;  // deleted in the same turn
    live_.unwritten_spans[id].push_back(
        core::OwnSpan(job->second.attempt, "loop", "commit", began, ended));
  }
  turn.changes = draft.changes();
  turn.effects = draft.effects();
  turn.touched = draft.touched_jobs();
}

}  // namespace nepa::coordinator
