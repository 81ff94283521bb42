// The rules that must hold after every event, whatever happens.
#ifndef NEPA_TESTS_SIMULATION_RULES_H_
#define NEPA_TESTS_SIMULATION_RULES_H_

#include <map>
#include <set>
#include <string>

#include "coordinator/runtime/durable_state.h"
#include "coordinator/state/cluster_state.h"
#include "coordinator/state/live.h"
#include "tests/simulation/world.h"

namespace nepa::simulation {

// What people were told has been done. From then on it is so.
class Rules {
 public:
  explicit Rules(World& world) : world_(world) {}

  // Acknowledged to a client.
  void Submitted(const std::string& request, const std::string& job);
  void Cancelled(const std::string& job, const state::ClusterState& state);
  // `resumes`: as ResumesOf said when the pause was asked for. One that was asked for since, or was
  // not done yet, may have overtaken the pause.
  void Paused(const std::string& job, int64_t resumes);
  int64_t ResumesOf(const std::string& job);
  void Deleted(const std::string& job) { told_[job].deleted = true; }
  // Sent by a client: what was promised of the job before may end from now on.
  void AskedToResume(const std::string& job);
  // One that was refused stays open: refusals are not remembered, so a late copy of it may still be
  // done.
  void Resumed(const std::string& job) { --told_[job].open_resumes; }
  void AskedToDelete(const std::string& job) { told_[job].may_be_gone = true; }
  void Pinned(const std::string& checkpoint, const std::string& job) { pinned_[checkpoint] = job; }
  void AskedToUnpin(const std::string& checkpoint) { pinned_.erase(checkpoint); }
  void Drained(const std::string& worker) { drained_.insert(worker); }
  void AskedToUndrain(const std::string& worker) { drained_.erase(worker); }

  // After a turn that committed.
  void CheckTurn(const coordinator::Turn& turn, const coordinator::View& view);
  // Everything: after a restart and in the end.
  void CheckAll(const state::ClusterState& state);

 private:
  struct Told {
    std::string request;  // that submitted it
    bool cancelled = false;
    int64_t last_attempt = 0;  // of a cancelled one
    bool paused = false;
    int64_t resumes = 0;       // asked for
    int64_t open_resumes = 0;  // of these, not done yet
    bool deleted = false;
    bool may_be_gone = false;
  };

  void CheckJob(const state::ClusterState& state, const std::string& id);
  // A job got its slots in this turn.
  void CheckPlacement(const state::ClusterState& state, const std::string& job);
  void CheckPins(const state::ClusterState& state);
  void CheckAttempt(const state::ClusterState& state, const state::AttemptId& id);
  // `attempts`: all live ones that have a rank on the worker, and maybe others.
  void CheckSlots(const state::ClusterState& state, const state::Worker& worker,
                  const std::set<state::AttemptId>& attempts);
  void CheckReasons(const coordinator::View& view);

  World& world_;
  std::map<std::string, Told> told_;           // by job
  std::map<std::string, std::string> job_of_;  // by request
  std::map<std::string, std::string> pinned_;  // checkpoint → its job
  std::set<std::string> drained_;              // workers
};

}  // namespace nepa::simulation

#endif  // NEPA_TESTS_SIMULATION_RULES_H_
