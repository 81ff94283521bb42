#include "tests/simulation/worker_process.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace nepa::simulation {
namespace {

constexpr absl::Duration kRegisterLimit = absl::Seconds(3);

std::string Text(const agent::RankId& id) {
  return absl::StrCat(id.attempt.job_id, "/", id.attempt.attempt, "/", id.rank);
}

}  // namespace

template <typename Input>
void WorkerProcess::Later(absl::Duration delay, Input input) {
  world_.timeline.After(delay, [this, life = life_, input = std::move(input)] {
    if (agent_.has_value() && life == life_) Do(input(*agent_, world_.timeline.now()));
  });
}

void WorkerProcess::Start() {
  if (up()) return;
  // As the daemon does with what its state folder names.
  for (const auto& rank : leftovers_) rank->Kill();
  leftovers_.clear();
  ++life_;
  world_.Note("worker ", number_, " starts");
  agent::Options options;
  options.slots = slots_;
  options.stop_limit = absl::Seconds(20);
  options.leave_limit = absl::Seconds(10);
  agent_.emplace(options);
  wake_ = absl::InfiniteFuture();
  Do(agent_->Tick(world_.timeline.now()));
}

void WorkerProcess::Crash() {
  if (!up()) return;
  world_.Note("worker ", number_, " dies");
  agent_.reset();
  started_.clear();
  for (auto& [id, rank] : ranks_) {
    rank->LoseWorker();
    leftovers_.push_back(rank);
  }
  ranks_.clear();
  register_call_ = 0;
  if (stream_ != nullptr) {
    stream_->open_at_worker = false;
    network_.SendSurely(number_, [this, stream = stream_] { coordinator_.StreamEnded(stream); });
    stream_ = nullptr;
  }
}

void WorkerProcess::Leave() {
  if (!up()) return;
  world_.Note("worker ", number_, " is asked to end");
  Do(agent_->Leave(/*at_once=*/false, world_.timeline.now()));
}

size_t WorkerProcess::running_ranks() const {
  return static_cast<size_t>(
      std::count_if(ranks_.begin(), ranks_.end(),
                    [](const auto& entry) { return entry.second->alive(); }) +
      std::count_if(leftovers_.begin(), leftovers_.end(),
                    [](const auto& rank) { return rank->alive(); }));
}

void WorkerProcess::Do(agent::Effects effects) {
  for (const agent::Effect& effect : effects) {
    if (!up()) return;
    std::visit([this](const auto& each) { Carry(each); }, effect);
  }
  WakeLater();
}

void WorkerProcess::WakeLater() {
  if (!up()) return;
  const absl::Time wake = agent_->NextWake();
  if (wake >= wake_ || wake == absl::InfiniteFuture()) return;
  wake_ = wake;
  world_.timeline.At(wake, [this, life = life_, wake] {
    if (!up() || life != life_ || wake != wake_) return;
    wake_ = absl::InfiniteFuture();
    Do(agent_->Tick(world_.timeline.now()));
  });
}

void WorkerProcess::Carry(const agent::Spawn& spawn) {
  world_.Note("worker ", number_, " starts rank ", Text(spawn.id));
  for (const auto& [id, other] : ranks_) {
    if (!other->alive()) continue;
    if (other->slot() == spawn.slot) {
      world_.Violate(absl::StrCat("worker ", number_, ": slot ", spawn.slot, " has ", Text(id),
                                  " and gets ", Text(spawn.id)));
    }
    if (id.attempt.job_id == spawn.id.attempt.job_id && id.attempt != spawn.id.attempt) {
      world_.Violate(
          absl::StrCat("worker ", number_, " runs ", Text(id), " and starts ", Text(spawn.id)));
    }
  }
  if (spawn.slot < 0 || spawn.slot >= slots_ || !started_.insert(spawn.id).second) {
    world_.Violate(absl::StrCat("worker ", number_, " starts ", Text(spawn.id), " in slot ",
                                spawn.slot, ", out of place or for the second time"));
  }
  const agent::RankId id = spawn.id;
  if (world_.chance.Happens(world_.weather.commit_fails)) {
    Later(absl::Milliseconds(1), [id](agent::Agent& agent, absl::Time now) {
      return agent.SpawnFailed(id, absl::ResourceExhaustedError("no space for the log"), now);
    });
    return;
  }
  std::shared_ptr<RankProcess> rank = trainers_.Start(
      spawn, [this](const agent::RankId& each) { return coordinator_.IsCurrent(each.attempt); });
  ranks_[id] = rank;
  rank->on_frame = [this, id](const frames::Frame& frame) {
    Later(absl::Milliseconds(1), [id, frame](agent::Agent& agent, absl::Time now) {
      return agent.FrameRead(id, frame, now);
    });
  };
  rank->on_end = [this, id](const agent::ProcessEnd& end) {
    world_.Note("worker ", number_, ": rank ", Text(id), " ended, signal ", end.signal_number);
    ranks_.erase(id);
    Later(absl::Milliseconds(2),
          [id, end](agent::Agent& agent, absl::Time now) { return agent.Ended(id, end, now); });
  };
  Later(absl::Milliseconds(1),
        [id, pid = Trainers::PidOf(*rank)](agent::Agent& agent, absl::Time now) {
          return agent.Spawned(id, pid, now);
        });
}

void WorkerProcess::Carry(const agent::WriteStop& stop) {
  world_.Note("worker ", number_, " asks ", Text(stop.id), " to stop");
  if (const auto found = ranks_.find(stop.id); found != ranks_.end()) {
    found->second->Stop(stop.stop.checkpoint);
  }
}

void WorkerProcess::Carry(const agent::Kill& kill) {
  world_.Note("worker ", number_, " kills ", Text(kill.id), ": ", kill.reason);
  if (const auto found = ranks_.find(kill.id); found != ranks_.end()) found->second->Kill();
}

void WorkerProcess::Carry(const agent::Register&) {
  exchange::Registration registration;
  registration.name = absl::StrCat("worker-", number_);
  registration.slots = slots_;
  registration.device = "cpu";
  register_call_ = ++register_calls_;
  const int64_t call = register_call_;
  network_.Send(number_, [this, registration, call, life = life_] {
    coordinator_.Register(number_, registration,
                          [this, call, life](absl::StatusOr<exchange::Registered> answer) {
                            network_.Send(number_, [this, call, life, answer = std::move(answer)] {
                              if (up() && life == life_) RegisterAnswered(call, answer);
                            });
                          });
  });
  world_.timeline.After(kRegisterLimit, [this, call, life = life_] {
    if (up() && life == life_) RegisterAnswered(call, absl::UnavailableError("no answer"));
  });
}

void WorkerProcess::RegisterAnswered(int64_t call,
                                     const absl::StatusOr<exchange::Registered>& answer) {
  if (call != register_call_) return;  // given up, or answered already
  register_call_ = 0;
  const absl::Time now = world_.timeline.now();
  if (answer.ok()) {
    world_.Note("worker ", number_, " is ", answer->worker_id, ", incarnation ",
                answer->incarnation);
    Do(agent_->Registered(*answer, now));
  } else if (absl::IsAborted(answer.status()) || absl::IsNotFound(answer.status())) {
    Do(agent_->Fenced(now));
  } else {
    Do(agent_->LinkLost(now));
  }
}

void WorkerProcess::Carry(const agent::OpenExchange&) {
  stream_ = std::make_shared<Stream>(network_, *this, number_);
}

void WorkerProcess::Carry(const agent::CloseExchange&) {
  if (stream_ == nullptr) return;
  world_.Note("worker ", number_, " gives its exchange up");
  network_.Send(number_, [this, stream = stream_] { coordinator_.StreamEnded(stream); });
  StreamClosed(stream_, absl::CancelledError("given up"));
}

void WorkerProcess::Carry(const agent::SendReport& report) {
  if (stream_ == nullptr) return;
  network_.Send(number_, [this, stream = stream_, sent = report.report] {
    coordinator_.ReportArrived(stream, sent);
  });
  Later(absl::Microseconds(200), [this, stream = stream_](agent::Agent& agent, absl::Time now) {
    return stream == stream_ ? agent.ReportWritten(now) : agent::Effects{};
  });
}

void WorkerProcess::Carry(const agent::Finish&) {
  world_.Note("worker ", number_, " ends in order");
  Crash();  // what still runs loses its lifeline
}

void WorkerProcess::OrdersArrived(const std::shared_ptr<Stream>& stream,
                                  const exchange::Orders& orders) {
  if (!up() || stream != stream_) return;
  Do(agent_->OrdersReceived(orders, world_.timeline.now()));
}

void WorkerProcess::StreamClosed(const std::shared_ptr<Stream>& stream, const absl::Status& why) {
  if (!up() || stream != stream_) return;
  stream_->open_at_worker = false;
  stream_ = nullptr;
  const bool fenced = absl::IsAborted(why) || absl::IsNotFound(why);
  world_.Note("worker ", number_, ": exchange over, ", why.message());
  Do(fenced ? agent_->Fenced(world_.timeline.now()) : agent_->LinkLost(world_.timeline.now()));
}

}  // namespace nepa::simulation
