// The cluster's state together with the store that makes it durable, taken forward turn by turn.
//
// A turn lets the core decide on everything that has gathered, in one draft; makes the changes
// durable in one transaction; and returns what may leave the process then. If the transaction
// fails, the state is as it was before the turn.
//
// Invariant: between turns the state is exactly what the store holds, and all of it has been seen
// by nobody before it was durable. Confined to one thread; the time comes in.
#ifndef NEPA_COORDINATOR_RUNTIME_DURABLE_STATE_H_
#define NEPA_COORDINATOR_RUNTIME_DURABLE_STATE_H_

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/settings.h"
#include "coordinator/runtime/view.h"
#include "coordinator/storage/store.h"

namespace nepa::coordinator {

// Records changes in the draft; must not wait.
using Decide = std::function<void(core::Draft&)>;

// What came of a turn. Without a commit there are no changes, effects and touched jobs.
struct Turn {
  absl::Status committed;  // not OK: nothing changed
  std::vector<state::Change> changes;
  std::vector<core::Effect> effects;
  std::set<std::string> touched;  // jobs that look different
  // How long the scheduler and the store took; none where neither was needed.
  std::optional<absl::Duration> planning;
  std::optional<absl::Duration> committing;
};

class DurableState {
 public:
  struct Options {
    storage::Store* store = nullptr;  // must outlive this
    core::Settings settings;
    std::function<absl::Time()> clock;
  };

  // Loads the state. DATA_LOSS if the store's rows do not decode.
  static absl::StatusOr<DurableState> Open(Options options);

  // `decisions` in their order, then whatever is due by now.
  Turn TakeTurn(absl::Span<const Decide> decisions);

  // When the next turn is due even if nothing comes in.
  absl::Time NextTurn() const { return next_turn_; }

  View view() const { return {state_, live_, options_.settings}; }
  absl::Time now() const { return options_.clock(); }

 private:
  DurableState(Options options, state::ClusterState state);

  void Plan(core::Draft& draft, Turn& turn);
  // `traced`: jobs whose traces show the commit.
  void Commit(core::Draft& draft, const std::vector<std::string>& traced, Turn& turn);

  Options options_;
  state::ClusterState state_;
  state::Live live_;
  absl::Time next_turn_ = absl::InfinitePast();
  bool plan_wanted_ = true;
};

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RUNTIME_DURABLE_STATE_H_
