#include "coordinator/runtime/durable_state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/operations.h"

namespace nepa::coordinator {
namespace {

// A failed commit is tried again by what comes next, or after this time.
constexpr absl::Duration kRetryAfterFailure = absl::Seconds(1);
// Old requests and workers are forgotten at least this often.
constexpr absl::Duration kLongestTick = absl::Hours(1);

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
  Commit(draft, turn);
  next_turn_ =
      std::min(core::NextDeadline(state_, live_, options_.settings, now), now + kLongestTick);
  if (!turn.committed.ok()) next_turn_ = now + kRetryAfterFailure;
  return turn;
}

void DurableState::Plan(core::Draft& draft, Turn& turn) {
  if (!draft.plan_wanted() && !plan_wanted_) return;
  const absl::Time began = options_.clock();
  core::MakePlacements(draft);
  turn.planning = options_.clock() - began;
  plan_wanted_ = false;
}

void DurableState::Commit(core::Draft& draft, Turn& turn) {
  if (!draft.changes().empty()) {
    const absl::Time began = options_.clock();
    turn.committed = options_.store->Commit(draft.changes());
    turn.committing = options_.clock() - began;
  }
  if (!turn.committed.ok()) {
    draft.RollBack();
    plan_wanted_ = true;
    return;
  }
  core::ForgetSettled(live_);
  turn.changes = draft.changes();
  turn.effects = draft.effects();
  turn.touched = draft.touched_jobs();
}

}  // namespace nepa::coordinator
