// The coordinator's pure core without store, network or clock: operations run as the loop runs
// them, and what they changed can be read as text.
//
//   CoreCluster cluster;
//   const std::string worker = cluster.AddWorker("a", 2);
//   const std::string job = cluster.Submit("pre");
//   cluster.Tell(worker, cluster.Started(job));
#ifndef NEPA_TESTS_SUPPORT_CORE_CORE_CLUSTER_H_
#define NEPA_TESTS_SUPPORT_CORE_CORE_CLUSTER_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/core/draft.h"
#include "coordinator/core/operations.h"

namespace nepa::testing {

// Of a job of this name as it is stored: its file has been read, and is read back the same.
state::JobSource SmallSource(const std::string& name,
                             const std::function<void(config::JobSpec&)>& change = nullptr);

class CoreCluster {
 public:
  using Item = decltype(exchange::OutboxItem::what);

  CoreCluster();

  state::ClusterState state;
  state::Live live;
  core::Settings settings;
  absl::Time now;

  // Runs `operation` in a draft, then the scheduler if it is wanted.
  void Do(const std::function<void(core::Draft&)>& operation);
  void Advance(absl::Duration time) { now += time; }
  void Tick();

  // Of the last Do: changes and effects as text, and as they are.
  const std::vector<std::string>& story() const { return story_; }
  const std::vector<state::Change>& changes() const { return changes_; }
  const std::vector<core::Effect>& effects() const { return effects_; }

  // ---- People; request ids are made up ----
  core::Reply TrySubmit(const std::string& name,
                        const std::function<void(config::JobSpec&)>& change = nullptr);
  // Its id; fails the test if it is refused.
  std::string Submit(const std::string& name,
                     const std::function<void(config::JobSpec&)>& change = nullptr);
  core::Reply Cancel(const std::string& job);
  core::Reply Pause(const std::string& job);
  core::Reply Resume(const std::string& job);
  core::Reply Delete(const std::string& job, bool keep_checkpoints = false);
  core::Reply SetPriority(const std::string& job, int64_t priority);
  core::Reply Pin(const std::string& checkpoint, bool pinned = true);
  core::Reply DeleteCheckpoint(const std::string& checkpoint);
  core::Reply Drain(const std::string& worker, const std::string& reason = "");
  core::Reply Undrain(const std::string& worker);
  std::string NewRequestId();

  // ---- Workers ----
  // Registers, and reports once so that it takes ranks; its id.
  std::string AddWorker(const std::string& name, int64_t slots, const std::string& device = "cpu");
  // The worker of this id reports, with the incarnation it registered last, and with what happened.
  absl::Status Tell(const std::string& worker, const std::vector<Item>& items = {},
                    bool leaving = false);
  absl::Status TellAll(const exchange::Report& report);
  exchange::Report ReportOf(const std::string& worker);
  exchange::Orders OrdersOf(const std::string& worker);

  // Things that happen to a rank of the job's latest attempt.
  Item Started(const std::string& job, int64_t rank = 0, int64_t step = 0);
  Item Exited(const std::string& job, frames::ExitKind kind, int64_t rank = 0,
              const std::string& message = "");
  Item Wrote(const std::string& job, int64_t step,
             const std::map<std::string, double>& metrics = {});
  Item Measured(const std::string& job, int64_t step, const std::map<std::string, double>& values);

  const state::Job& job(const std::string& id) const { return state.jobs.at(id); }
  const state::Attempt& attempt(const std::string& id) const;

 private:
  std::vector<std::string> story_;
  std::vector<state::Change> changes_;
  std::vector<core::Effect> effects_;
  std::map<std::string, std::pair<int64_t, int64_t>> outbox_;  // worker → incarnation, last number
  int64_t requests_ = 0;
};

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_CORE_CORE_CLUSTER_H_
