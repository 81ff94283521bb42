#include "tests/simulation/trainer.h"

#include <algorithm>
#include <utility>

#include "common/config/job_spec_json.h"
#include "tests/simulation/gang.h"

namespace nepa::simulation {

Trainers::Trainers(World& world, Disk& disk, const std::vector<JobPlan>& plans)
    : world_(world), disk_(disk), plans_(plans) {}
Trainers::~Trainers() = default;

void RankProcess::Stop(bool checkpoint) {
  if (!alive_ || world_->chance.Happens(world_->weather.rank_hangs)) return;
  gang_->AskToStop(checkpoint);
}

void RankProcess::Kill() { End(9); }

void RankProcess::LoseWorker() {
  on_frame = nullptr;
  on_end = nullptr;
  if (world_->chance.Happens(world_->weather.rank_lingers)) return;  // until it is killed, or ends
  world_->timeline.After(world_->chance.Between(absl::Milliseconds(1), absl::Milliseconds(50)),
                         [this] { End(9); });
}

void RankProcess::End(int signal) {
  if (!std::exchange(alive_, false)) return;
  world_->timeline.After(world_->chance.Between(absl::Milliseconds(1), absl::Milliseconds(20)),
                         [this, signal] {
                           if (on_end) on_end({signal, signal == 0 ? 0 : -1, ""});
                         });
  gang_->RankGone();
}

std::shared_ptr<RankProcess> Trainers::Start(
    const agent::Spawn& spawn, const std::function<bool(const agent::RankId&)>& is_current) {
  std::unique_ptr<Gang>& gang = gangs_[spawn.id.attempt];
  if (gang == nullptr) {
    const auto file = config::AcceptedJobFromJson(spawn.order.job_file_json);
    if (!file.ok()) {
      world_.Violate(absl::StrCat("an order carries the job file '", spawn.order.job_file_json,
                                  "', which nobody submitted"));
    }
    const auto plan = static_cast<size_t>(file.ok() ? file->spec.seed : 0);
    gang = std::make_unique<Gang>(world_, disk_, plans_.at(plan), spawn.order);
  }
  auto rank = std::make_shared<RankProcess>();
  rank->world_ = &world_;
  rank->gang_ = gang.get();
  rank->rank_ = spawn.id.rank;
  rank->slot_ = spawn.slot;
  rank->pid_ = next_pid_++;
  gang->Add(rank);
  world_.timeline.After(world_.chance.Between(absl::Milliseconds(100), absl::Milliseconds(900)),
                        [gang = gang.get(), rank, is_current, id = spawn.id] {
                          if (rank->alive()) gang->Loaded(*rank, is_current(id));
                        });
  return rank;
}

}  // namespace nepa::simulation
