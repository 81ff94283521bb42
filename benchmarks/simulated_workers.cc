#include "benchmarks/simulated_workers.h"

#include <grpcpp/grpcpp.h>

#include <map>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/mutex.h"
#include "worker/agent/agent.h"
#include "worker/rpc/coordinator_link.h"

namespace nepa::benchmarks {
namespace {

constexpr absl::Duration kStep = absl::Seconds(1);
constexpr int64_t kTotalSteps = 1'000'000;

// A connection of its own, as a worker of another machine has.
std::shared_ptr<grpc::Channel> OwnChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

// Confined to the thread of SimulatedWorkers, but for what the link hands over.
class SimulatedWorkers::Worker {
 public:
  Worker(const std::string& address, int number, std::atomic<int64_t>& reports)
      : number_(number),
        reports_(reports),
        agent_({.slots = 1}),
        link_(OwnChannel(address), [this](worker::LinkEvent event) {
          const MutexLock lock(mutex_);
          events_.push_back(std::move(event));
        }) {}

  void Turn(absl::Time now) {
    std::vector<worker::LinkEvent> events;
    {
      const MutexLock lock(mutex_);
      events.swap(events_);
    }
    for (worker::LinkEvent& event : events) {
      std::visit([&](auto& each) { Take(each, now); }, event);
    }
    std::vector<agent::RankId> due;
    for (const auto& [id, rank] : ranks_) {
      if (now >= rank.next_step) due.push_back(id);
    }
    for (const agent::RankId& id : due) Step(id, now);
    Do(agent_.Tick(now), now);
  }

  bool trains() const { return !ranks_.empty(); }

 private:
  struct Rank {
    int64_t step = 0;
    absl::Time next_step;
  };

  void Step(const agent::RankId& id, absl::Time now) {
    const auto found = ranks_.find(id);
    if (found == ranks_.end()) return;  // killed in this turn
    found->second.next_step = now + kStep;
    const int64_t step = ++found->second.step;
    const std::map<std::string, double> metrics = {
        {"loss", -0.5}, {"images_per_second", 1000}, {"learning_rate", 1e-3}};
    Do(agent_.FrameRead(id, frames::Progress{step, 0.1, step * 256, metrics}, now), now);
    Do(agent_.FrameRead(id, frames::Metrics{step, metrics}, now), now);
  }

  void Take(const worker::LinkRegistered& event, absl::Time now) {
    Do(agent_.Registered(event.registered, now), now);
  }
  void Take(const worker::LinkOrders& event, absl::Time now) {
    Do(agent_.OrdersReceived(event.orders, now), now);
    link_.ReadNext();
  }
  void Take(const worker::LinkWritten&, absl::Time now) { Do(agent_.ReportWritten(now), now); }
  void Take(const worker::LinkDown&, absl::Time now) { Do(agent_.LinkLost(now), now); }

  void Do(const agent::Effects& effects, absl::Time now) {
    for (const agent::Effect& effect : effects) {
      std::visit([&](const auto& each) { Carry(each, now); }, effect);
    }
  }
  void Carry(const agent::Spawn& spawn, absl::Time now) {
    // Their steps are spread over the second, as those of real ranks are.
    ranks_[spawn.id] = {0, now + kStep * (number_ % 100) / 100};
    Do(agent_.Spawned(spawn.id, 1000 + number_, now), now);
    Do(agent_.FrameRead(spawn.id, frames::Started{1, 0, kTotalSteps, "cpu", 256, 1}, now), now);
  }
  void Carry(const agent::WriteStop& stop, absl::Time now) {
    ranks_.erase(stop.id);
    Do(agent_.FrameRead(stop.id, frames::Exit{frames::ExitKind::kStopped, "stopped"}, now), now);
    Do(agent_.Ended(stop.id, {.exit_status = 0}, now), now);
  }
  void Carry(const agent::Kill& kill, absl::Time now) {
    ranks_.erase(kill.id);
    Do(agent_.Ended(kill.id, {.signal_number = 9}, now), now);
  }
  void Carry(const agent::Register&, absl::Time) {
    exchange::Registration registration;
    registration.name = absl::StrCat("load-", number_);
    registration.slots = 1;
    registration.device = "cpu";
    link_.Register(registration);
  }
  void Carry(const agent::OpenExchange&, absl::Time) { link_.Open(); }
  void Carry(const agent::CloseExchange&, absl::Time) { link_.Close(); }
  void Carry(const agent::SendReport& report, absl::Time) {
    ++reports_;
    link_.Send(report.report);
  }
  void Carry(const agent::Finish&, absl::Time) {}

  const int number_;
  std::atomic<int64_t>& reports_;
  agent::Agent agent_;
  std::map<agent::RankId, Rank> ranks_;
  Mutex mutex_;
  std::vector<worker::LinkEvent> events_ ABSL_GUARDED_BY(mutex_);
  worker::CoordinatorLink link_;  // last: it hands over to all of the above
};

SimulatedWorkers::SimulatedWorkers(const std::string& address, int count) {
  for (int i = 0; i < count; ++i) {
    workers_.push_back(std::make_unique<Worker>(address, i, reports_));
  }
  thread_ = std::thread([this] { Run(); });
}

SimulatedWorkers::~SimulatedWorkers() {
  stopping_ = true;
  thread_.join();
}

bool SimulatedWorkers::WaitUntilAllTrain(absl::Duration timeout) const {
  const absl::Time deadline = absl::Now() + timeout;
  while (training_ < static_cast<int>(workers_.size())) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(20));
  }
  return true;
}

void SimulatedWorkers::Run() {
  while (!stopping_) {
    const absl::Time now = absl::Now();
    int training = 0;
    for (const std::unique_ptr<Worker>& worker : workers_) {
      worker->Turn(now);
      if (worker->trains()) ++training;
    }
    training_ = training;
    absl::SleepFor(absl::Milliseconds(5));
  }
}

}  // namespace nepa::benchmarks
