// A worker as a process: the real agent, with its processes and its link simulated round it.
#ifndef NEPA_TESTS_SIMULATION_WORKER_PROCESS_H_
#define NEPA_TESTS_SIMULATION_WORKER_PROCESS_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/coordinator_process.h"
#include "tests/simulation/network.h"
#include "tests/simulation/trainer.h"
#include "tests/simulation/world.h"
#include "worker/agent/agent.h"

namespace nepa::simulation {

class WorkerProcess {
 public:
  WorkerProcess(World& world, Network& network, CoordinatorProcess& coordinator, Trainers& trainers,
                Peer number, int64_t slots)
      : world_(world),
        network_(network),
        coordinator_(coordinator),
        trainers_(trainers),
        number_(number),
        slots_(slots) {}

  void Start();
  void Crash();  // SIGKILL
  void Leave();  // SIGTERM
  bool up() const { return agent_.has_value(); }
  size_t running_ranks() const;

  // ---- What arrives from the coordinator ----
  void OrdersArrived(const std::shared_ptr<Stream>& stream, const exchange::Orders& orders);
  void StreamClosed(const std::shared_ptr<Stream>& stream, const absl::Status& why);

 private:
  void Do(agent::Effects effects);
  void Carry(const agent::Spawn& spawn);
  void Carry(const agent::WriteStop& stop);
  void Carry(const agent::Kill& kill);
  void Carry(const agent::Register&);
  void Carry(const agent::OpenExchange&);
  void Carry(const agent::CloseExchange&);
  void Carry(const agent::SendReport& report);
  void Carry(const agent::Finish&);

  void RegisterAnswered(int64_t call, const absl::StatusOr<exchange::Registered>& answer);
  void WakeLater();
  // Runs `input` if this start of the process still lives.
  template <typename Input>
  void Later(absl::Duration delay, Input input);

  World& world_;
  Network& network_;
  CoordinatorProcess& coordinator_;
  Trainers& trainers_;
  const Peer number_;
  const int64_t slots_;

  int64_t life_ = 0;  // which start of the process
  std::optional<agent::Agent> agent_;
  std::map<agent::RankId, std::shared_ptr<RankProcess>> ranks_;
  std::set<agent::RankId> started_;                      // by this start of the process
  std::vector<std::shared_ptr<RankProcess>> leftovers_;  // of an earlier start
  std::shared_ptr<Stream> stream_;
  int64_t register_call_ = 0;  // which one is open; 0 for none
  int64_t register_calls_ = 0;
  absl::Time wake_ = absl::InfiniteFuture();
};

}  // namespace nepa::simulation

#endif  // NEPA_TESTS_SIMULATION_WORKER_PROCESS_H_
