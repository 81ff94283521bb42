#include "tests/simulation/simulation.h"

#include <memory>

#include "coordinator/state/words.h"
#include "tests/simulation/people.h"
#include "tests/simulation/worker_process.h"

namespace nepa::simulation {
namespace {

constexpr absl::Duration kStorm = absl::Seconds(40);    // misfortunes happen
constexpr absl::Duration kLongest = absl::Minutes(20);  // then all must have ended

constexpr int64_t kMostEvents = 2'000'000;  // thirty times what a seed takes

class Simulation {
 public:
  Simulation(uint64_t seed, const Size& size, const Manner& manner);
  Outcome Run();

 private:
  void Misfortune();
  void BecomeQuiet();
  void Haunt();
  bool IsOver() const;
  void CheckEnd();
  std::string WhatIsLeft() const;
  Outcome Result() const;
  WorkerProcess& AnyWorker() { return *world_.chance.OneOf(workers_); }

  const Size size_;
  World world_;
  Network network_{world_};
  Disk disk_;
  Rules rules_{world_};
  std::vector<JobPlan> plans_;
  Trainers trainers_{world_, disk_, plans_};
  CoordinatorProcess coordinator_;
  People people_{world_, network_, coordinator_, rules_, plans_};
  std::vector<std::unique_ptr<WorkerProcess>> workers_;
  const absl::Time began_;
};

Simulation::Simulation(uint64_t seed, const Size& size, const Manner& manner)
    : size_(size),
      world_(seed),
      coordinator_(world_, network_, disk_, rules_, manner.database),
      began_(world_.timeline.now()) {
  world_.tell = manner.tell;
  plans_.reserve(static_cast<size_t>(size.jobs));  // gangs keep references
  for (int64_t i = 0; i < size.workers; ++i) {
    workers_.push_back(std::make_unique<WorkerProcess>(world_, network_, coordinator_, trainers_, i,
                                                       i == 0 ? 6 : world_.chance.Between(1, 6)));
  }
}

// One of what happens to clusters.
void Simulation::Misfortune() {
  Chance& chance = world_.chance;
  if (world_.quiet) return;
  switch (chance.Between(0, 9)) {
    case 0:
      coordinator_.Crash();
      if (chance.Happens(0.3)) {
        coordinator_.SetClock(chance.Between(absl::Hours(-1), absl::Hours(1)));
      }
      world_.timeline.After(chance.Between(absl::Milliseconds(50), absl::Seconds(8)),
                            [this] { coordinator_.Start(); });
      break;
    case 1:
    case 2:
    case 3: {
      WorkerProcess& worker = AnyWorker();
      worker.Crash();
      world_.timeline.After(chance.Between(absl::Milliseconds(50), absl::Seconds(20)),
                            [&worker] { worker.Start(); });
      break;
    }
    case 4: {
      WorkerProcess& worker = AnyWorker();
      worker.Leave();
      world_.timeline.After(chance.Between(absl::Seconds(12), absl::Seconds(25)),
                            [&worker] { worker.Start(); });
      break;
    }
    default: {
      const Peer peer = chance.Between(-8, size_.workers - 1);
      world_.Note("the network cuts ", peer, " off");
      network_.Cut(peer);
      world_.timeline.After(chance.Between(absl::Milliseconds(100), absl::Seconds(15)),
                            [this, peer] { network_.Mend(peer); });
    }
  }
  // A coordinator that died by itself is started again.
  if (!coordinator_.up()) {
    world_.timeline.After(absl::Seconds(2), [this] { coordinator_.Start(); });
  }
  world_.timeline.After(chance.Between(absl::Milliseconds(100), absl::Seconds(2)),
                        [this] { Misfortune(); });
}

void Simulation::Haunt() {
  coordinator_.HauntWithOldReport();
  if (!world_.quiet) world_.timeline.After(absl::Milliseconds(700), [this] { Haunt(); });
}

void Simulation::BecomeQuiet() {
  world_.Note("it is quiet from now on");
  world_.quiet = true;
  world_.weather = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  network_.MendAll();
  coordinator_.Start();
  for (const auto& worker : workers_) worker->Start();
}

Outcome Simulation::Run() {
  coordinator_.Start();
  for (const auto& worker : workers_) {
    world_.timeline.After(world_.chance.Between(absl::ZeroDuration(), absl::Seconds(3)),
                          [&worker = *worker] { worker.Start(); });
  }
  people_.Begin(size_.jobs, kStorm * 0.7);
  world_.timeline.After(absl::Seconds(1), [this] { Misfortune(); });
  world_.timeline.After(absl::Seconds(1), [this] { Haunt(); });
  world_.timeline.After(kStorm, [this] { BecomeQuiet(); });
  const absl::Time end = began_ + kLongest;
  absl::Time look = began_ + kStorm + absl::Seconds(1);
  while (world_.violation.empty() && world_.timeline.Step(end)) {
    if (world_.timeline.actions_done() > kMostEvents) {
      world_.Violate(absl::StrCat("it turns in circles: ", kMostEvents, " events"));
    }
    if (world_.timeline.now() < look) continue;
    look = world_.timeline.now() + absl::Seconds(1);
    people_.ResumeAll();
    for (const auto& worker : workers_) worker->Start();  // those that ended in order
    if (IsOver()) break;
  }
  if (world_.violation.empty()) CheckEnd();
  return Result();
}

bool Simulation::IsOver() const { return WhatIsLeft().empty(); }

std::string Simulation::WhatIsLeft() const {
  if (people_.submitted() < size_.jobs) return "not every job was submitted";
  if (people_.open_requests() > 0) {
    return absl::StrCat(people_.open_requests(), " requests were never answered");
  }
  const state::ClusterState& state = coordinator_.state();
  for (const auto& [id, job] : state.jobs) {
    if (!state::IsFinal(job.phase)) {
      return absl::StrCat("job ", id, " has not ended: ", std::string(state::Name(job.phase)),
                          ", attempt ", job.attempt, ", ", job.reason);
    }
  }
  for (const auto& worker : workers_) {
    if (worker->running_ranks() > 0) return "a rank still runs though every job has ended";
  }
  if (!state.removals.empty()) {
    return absl::StrCat("folder ", state.removals.begin()->first, " was not removed");
  }
  if (!state.notifications.empty()) {
    return absl::StrCat("nobody was told of the end of job ", state.notifications.begin()->first);
  }
  return "";
}

void Simulation::CheckEnd() {
  if (const std::string left = WhatIsLeft(); !left.empty()) {
    return world_.Violate(absl::StrCat("long after it became quiet: ", left));
  }
  const state::ClusterState& state = coordinator_.state();
  rules_.CheckAll(state);
  std::set<std::string> names;
  for (const auto& [id, job] : state.jobs) {
    if (!names.insert(job.name).second) {
      world_.Violate(absl::StrCat("one submission made two jobs of the name ", job.name));
    }
    const JobPlan& asked = plans_[static_cast<size_t>(job.source->file.spec.seed)];
    if (job.phase == state::Phase::kFailed && asked.fails_at < 0 && asked.from.empty()) {
      world_.Violate(absl::StrCat("job ", id, " failed without a fault of its own: ", job.reason));
    }
    if (job.phase == state::Phase::kSucceeded && job.step != asked.total_steps) {
      world_.Violate(absl::StrCat("job ", id, " succeeded after ", job.step, " of ",
                                  asked.total_steps, " steps"));
    }
  }
  for (const auto& [id, checkpoint] : state.checkpoints) {
    const auto folder = disk_.folders.find(checkpoint.path);
    if (folder == disk_.folders.end()) {
      world_.Violate(
          absl::StrCat("checkpoint ", id, " is registered and ", checkpoint.path, " is not there"));
    } else if (folder->second.step != checkpoint.step || folder->second.job != checkpoint.job) {
      world_.Violate(absl::StrCat("checkpoint ", id, " is not what ", checkpoint.path, " holds"));
    }
  }
}

Outcome Simulation::Result() const {
  Outcome outcome;
  outcome.violation = world_.violation;
  outcome.events = world_.timeline.actions_done();
  outcome.turns = coordinator_.turns();
  outcome.requests = people_.requests();
  outcome.coordinator_starts = coordinator_.starts();
  outcome.virtual_seconds = absl::ToDoubleSeconds(world_.timeline.now() - began_);
  outcome.story = world_.story;
  for (const auto& [id, job] : coordinator_.state().jobs) {
    outcome.attempts += job.attempt;
    outcome.succeeded += job.phase == state::Phase::kSucceeded;
    outcome.failed += job.phase == state::Phase::kFailed;
    outcome.cancelled += job.phase == state::Phase::kCancelled;
  }
  return outcome;
}

}  // namespace

Outcome RunSeed(uint64_t seed, const Size& size, const Manner& manner) {
  return Simulation(seed, size, manner).Run();
}

}  // namespace nepa::simulation
