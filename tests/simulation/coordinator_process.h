// The coordinator as a process: its real core and turns, with its queue, store and streams
// simulated round it. It can die at any point of a turn.
#ifndef NEPA_TESTS_SIMULATION_COORDINATOR_PROCESS_H_
#define NEPA_TESTS_SIMULATION_COORDINATOR_PROCESS_H_

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordinator/core/operations.h"
#include "coordinator/runtime/durable_state.h"
#include "coordinator/runtime/worker_streams.h"
#include "coordinator/storage/store.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/network.h"
#include "tests/simulation/rules.h"
#include "tests/simulation/world.h"

namespace nepa::simulation {

class WorkerProcess;

// One exchange, seen from both ends.
class Stream : public coordinator::OrdersSink, public std::enable_shared_from_this<Stream> {
 public:
  Stream(Network& network, WorkerProcess& worker, Peer number)
      : network_(network), worker_(worker), number_(number) {}

  void Send(exchange::Orders orders) override;
  void Close(absl::Status why) override;

  bool open_at_worker = true;
  bool open_at_coordinator = true;
  int64_t coordinator_life = 0;  // that first heard of it

 private:
  Network& network_;
  WorkerProcess& worker_;
  const Peer number_;
};

class CoordinatorProcess {
 public:
  using Done = std::function<void(const absl::Status& committed)>;

  // `database`: a new SQLite file for its rows; "" keeps them in memory.
  CoordinatorProcess(World& world, Network& network, Disk& disk, Rules& rules,
                     std::string database);

  void Start();
  void Crash();
  bool up() const { return state_.has_value(); }
  // As the coordinator sees it; as the store has it while the coordinator is down.
  const state::ClusterState& state() const;
  bool IsCurrent(const exchange::AttemptId& attempt) const;
  // The wall clock of its machine, at its next start.
  void SetClock(absl::Duration offset) { offset_ = offset; }

  // ---- What arrives ----
  void Post(coordinator::Decide decide, Done done);
  void Register(Peer worker, const exchange::Registration& registration,
                const std::function<void(absl::StatusOr<exchange::Registered>)>& done);
  void ReportArrived(const std::shared_ptr<Stream>& stream, const exchange::Report& report);
  void StreamEnded(const std::shared_ptr<Stream>& stream);

  // Repeats a report of the past: it must change nothing.
  void HauntWithOldReport();

  int64_t turns() const { return turns_; }
  int64_t starts() const { return life_; }

 private:
  class DyingStore;
  struct Item {
    coordinator::Decide decide;
    Done done;
  };

  absl::Time Clock() const { return world_.timeline.now() + running_offset_; }
  void WakeLater();
  void TakeTurn();
  void CarryOut(const coordinator::Turn& turn);
  void Tell(const std::string& worker);
  void RemoveFolder(const state::Removal& removal);
  void SendNotification(const std::string& job);
  void Forget(const std::shared_ptr<Stream>& stream) { std::erase(heard_, stream); }
  void OpenStore();
  void CheckAgainstStore();

  World& world_;
  Network& network_;
  Disk& disk_;
  Rules& rules_;
  const std::string database_;
  std::unique_ptr<storage::Store> store_;  // one in memory outlives the process, a file is reopened
  std::shared_ptr<DyingStore> dying_store_;
  state::ClusterState stored_;  // while it is down

  int64_t life_ = 0;
  absl::Duration offset_;
  absl::Duration running_offset_;
  std::optional<coordinator::DurableState> state_;
  std::optional<coordinator::WorkerStreams> streams_;
  std::vector<std::shared_ptr<Stream>> heard_;  // streams that this life knows, oldest first
  std::vector<Item> queue_;
  bool turn_planned_ = false;
  absl::Time wake_ = absl::InfiniteFuture();
  int64_t turns_ = 0;
  std::vector<exchange::Report> old_reports_;
};

}  // namespace nepa::simulation

#endif  // NEPA_TESTS_SIMULATION_COORDINATOR_PROCESS_H_
