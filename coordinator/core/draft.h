// What was decided but is not durable yet.
//
// Operations of the core read the state through a draft and record changes in it; each change is
// applied at once, so that the next operation of the same batch builds on it. The owner then stores
// the changes in one transaction; if that fails it rolls the draft back, and the state is as
// before. Nothing of a draft may leave the process before its changes are stored.
//
// Pure: state and time come in, changes and effects come out. Confined to the state's owner.
#ifndef NEPA_COORDINATOR_CORE_DRAFT_H_
#define NEPA_COORDINATOR_CORE_DRAFT_H_

#include <set>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/core/settings.h"
#include "coordinator/state/change.h"
#include "coordinator/state/cluster_state.h"
#include "coordinator/state/live.h"

namespace nepa::core {

// What the world must be told once the changes are durable.
struct SendOrders {
  std::string worker;  // id; its orders changed
  auto operator<=>(const SendOrders&) const = default;
};
struct RemoveFolder {
  state::Removal removal;
};
// A job got its slots after so long.
struct JobPlaced {
  std::string job;
  absl::Duration waited;
};
// A fault of the machine ended an attempt, and another will follow.
struct JobRestarted {
  std::string job;
  frames::ExitKind why;
};
// A job has ended and somebody is to be told, in one request.
struct Notify {
  std::string job;
  std::string url;
};
using Effect = std::variant<SendOrders, RemoveFolder, JobPlaced, JobRestarted, Notify>;

class Draft {
 public:
  // All three must outlive the draft. `now` is the time of everything decided in it.
  Draft(state::ClusterState& state, state::Live& live, const Settings& settings, absl::Time now)
      : state_(state), live_(live), settings_(settings), now_(now) {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const state::ClusterState& state() const { return state_; }
  // Changed directly: not durable, and not rolled back but for what Notify was emitted for.
  state::Live& live() const { return live_; }
  const Settings& settings() const { return settings_; }
  absl::Time now() const { return now_; }

  // Applies and records.
  void Record(state::Change change);
  void Put(state::Job job) { Record(state::PutJob{std::move(job)}); }
  void Put(state::Attempt attempt) { Record(state::PutAttempt{std::move(attempt)}); }
  void Put(state::Worker worker) { Record(state::PutWorker{std::move(worker)}); }
  void Put(state::Checkpoint checkpoint) { Record(state::PutCheckpoint{std::move(checkpoint)}); }
  void AddEvent(const std::string& job, int64_t attempt, const std::string& kind,
                const std::string& message);
  // Of a job that there is. None: nothing is recorded.
  void AddSpans(const std::string& job, std::vector<state::Span> spans);

  // "j1", "c1", "w1": the next id that was never given.
  std::string NewJobId();
  std::string NewCheckpointId();
  std::string NewWorkerId();

  void Emit(Effect effect) { effects_.push_back(std::move(effect)); }

  // Something that the scheduler looks at may have changed.
  void AskForPlan() { plan_wanted_ = true; }
  bool plan_wanted() const { return plan_wanted_; }

  // Jobs that look different than before, for those who watch them.
  void TouchJob(const std::string& id) { touched_jobs_.insert(id); }
  const std::set<std::string>& touched_jobs() const { return touched_jobs_; }

  const std::vector<state::Change>& changes() const { return changes_; }
  const std::vector<Effect>& effects() const { return effects_; }

  // Undoes every change; the draft is empty then.
  void RollBack();

 private:
  state::ClusterState& state_;
  state::Live& live_;
  const Settings& settings_;
  const absl::Time now_;
  std::vector<state::Change> changes_;
  std::vector<state::Change> inverses_;
  std::vector<Effect> effects_;
  std::set<std::string> touched_jobs_;
  bool plan_wanted_ = false;
};

}  // namespace nepa::core

#endif  // NEPA_COORDINATOR_CORE_DRAFT_H_
