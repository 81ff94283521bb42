// Ranks as processes that train: they load, meet, take steps together, write checkpoints, obey
// their control pipe, and die of what kills processes.
#ifndef NEPA_TESTS_SIMULATION_TRAINER_H_
#define NEPA_TESTS_SIMULATION_TRAINER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/frames/frames.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/world.h"
#include "worker/agent/effects.h"
#include "worker/agent/rank_exit.h"

namespace nepa::simulation {

class Gang;

// One process. Its worker holds it, and hears of it while both live.
class RankProcess {
 public:
  std::function<void(const frames::Frame&)> on_frame;
  std::function<void(const agent::ProcessEnd&)> on_end;

  bool alive() const { return alive_; }
  int64_t slot() const { return slot_; }
  void Stop(bool checkpoint);
  void Kill();
  // The worker is gone: the control pipe closed. A rank may take its time.
  void LoseWorker();

 private:
  friend class Gang;
  friend class Trainers;

  void Say(const frames::Frame& frame) {
    if (alive_ && on_frame) on_frame(frame);
  }
  void End(int signal);

  World* world_ = nullptr;
  Gang* gang_ = nullptr;
  int64_t rank_ = 0;
  int64_t slot_ = 0;
  int64_t pid_ = 0;
  bool alive_ = true;
  bool ready_ = false;
};

// Everything that trains, on all machines.
class Trainers {
 public:
  Trainers(World& world, Disk& disk, const std::vector<JobPlan>& plans);
  ~Trainers();

  // `is_current`: whether the coordinator still counts this attempt.
  std::shared_ptr<RankProcess> Start(const agent::Spawn& spawn,
                                     const std::function<bool(const agent::RankId&)>& is_current);
  static int64_t PidOf(const RankProcess& rank) { return rank.pid_; }

 private:
  World& world_;
  Disk& disk_;
  const std::vector<JobPlan>& plans_;
  int64_t next_pid_ = 1000;
  std::map<exchange::AttemptId, std::unique_ptr<Gang>> gangs_;
};

}  // namespace nepa::simulation

#endif  // NEPA_TESTS_SIMULATION_TRAINER_H_
