// The ranks of one attempt, which take their steps together.
#ifndef NEPA_TESTS_SIMULATION_GANG_H_
#define NEPA_TESTS_SIMULATION_GANG_H_

#include <memory>
#include <string>
#include <vector>

#include "common/exchange/exchange.h"
#include "tests/simulation/trainer.h"

namespace nepa::simulation {

// Lives as long as the simulation, so that its actions need not ask.
class Gang {
 public:
  Gang(World& world, Disk& disk, const JobPlan& plan, const exchange::GangOrder& order)
      : world_(world), disk_(disk), plan_(plan), order_(order) {}

  void Add(const std::shared_ptr<RankProcess>& rank) { ranks_.push_back(rank); }
  // The rank has loaded data and model. `current`: its attempt counts.
  void Loaded(RankProcess& rank, bool current);
  void AskToStop(bool checkpoint);
  void RankGone();

 private:
  // A checkpoint that the order names; null if it is gone.
  const Folder* Find(const std::string& path, bool current);
  void TakeTurn();
  void Break();
  void WriteCheckpoint(const std::function<void()>& then);
  void EndAll(frames::ExitKind kind, const std::string& message);
  bool Complete() const;
  frames::Progress ProgressNow() const;

  World& world_;
  Disk& disk_;
  const JobPlan& plan_;
  const exchange::GangOrder order_;
  std::vector<std::shared_ptr<RankProcess>> ranks_;
  int64_t step_ = 0;
  int64_t saved_step_ = 0;
  int64_t turns_ = 0;
  bool training_ = false;
  bool broken_ = false;
  bool stop_ = false;
  bool stop_with_checkpoint_ = false;
  bool ending_ = false;
};

}  // namespace nepa::simulation

#endif  // NEPA_TESTS_SIMULATION_GANG_H_
