#include "tests/simulation/coordinator_process.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "coordinator/storage/sqlite_store.h"
#include "tests/simulation/worker_process.h"
#include "tests/support/core/change_text.h"
#include "tests/support/core/memory_store.h"

namespace nepa::simulation {
namespace {

constexpr size_t kMaxBatch = 64;
constexpr size_t kOldReports = 64;

}  // namespace

void Stream::Send(exchange::Orders orders) {
  network_.Send(number_, [self = shared_from_this(), orders = std::move(orders)] {
    if (self->open_at_worker) self->worker_.OrdersArrived(self, orders);
  });
}

void Stream::Close(absl::Status why) {
  if (!std::exchange(open_at_coordinator, false)) return;
  network_.Send(number_, [self = shared_from_this(), why = std::move(why)] {
    if (self->open_at_worker) self->worker_.StreamClosed(self, why);
  });
}

// A store on a machine that may die before or after a commit, or have no room for it.
class CoordinatorProcess::DyingStore : public storage::Store {
 public:
  DyingStore(World& world, storage::Store& store) : world_(world), store_(store) {}

  absl::StatusOr<state::ClusterState> Load() override { return store_.Load(); }
  absl::Status Commit(absl::Span<const state::Change> changes) override {
    if (world_.chance.Happens(world_.weather.commit_fails)) {
      world_.Note("a commit fails");
      return absl::ResourceExhaustedError("disk full");
    }
    if (world_.chance.Happens(world_.weather.crash_before_commit)) {
      died = true;
      return absl::UnavailableError("died");
    }
    if (world_.tell) {
      for (const state::Change& change : changes) world_.Note("  ", What(change));
    }
    died = world_.chance.Happens(world_.weather.crash_after_commit);
    return store_.Commit(changes);
  }
  absl::StatusOr<std::vector<state::Event>> Events(const std::string& job) override {
    return store_.Events(job);
  }
  absl::StatusOr<std::vector<state::MetricPoint>> Metrics(const std::string& job,
                                                          int64_t from_step) override {
    return store_.Metrics(job, from_step);
  }
  absl::StatusOr<std::vector<state::Span>> Spans(const std::string& job) override {
    return store_.Spans(job);
  }

  bool died = false;

 private:
  static std::string What(const state::Change& change) {
    static const state::ClusterState empty;
    return nepa::testing::ToText(empty, change);
  }

  World& world_;
  storage::Store& store_;
};

CoordinatorProcess::CoordinatorProcess(World& world, Network& network, Disk& disk, Rules& rules,
                                       std::string database)
    : world_(world), network_(network), disk_(disk), rules_(rules), database_(std::move(database)) {
  if (database_.empty()) store_ = std::make_unique<nepa::testing::MemoryStore>();
}

const state::ClusterState& CoordinatorProcess::state() const {
  return up() ? state_->view().state : stored_;
}

bool CoordinatorProcess::IsCurrent(const exchange::AttemptId& attempt) const {
  return state().live_attempts.contains(attempt);
}

void CoordinatorProcess::Start() {
  if (up()) return;
  ++life_;
  world_.Note("the coordinator starts");
  running_offset_ = offset_;
  OpenStore();
  dying_store_ = std::make_shared<DyingStore>(world_, *store_);
  coordinator::DurableState::Options options;
  options.store = dying_store_.get();
  options.settings.report_interval = absl::Seconds(1);
  options.settings.storage = "/storage";
  options.settings.notify_url = "http://receiver/";
  options.clock = [this] { return Clock(); };
  absl::StatusOr<coordinator::DurableState> state = coordinator::DurableState::Open(options);
  if (!state.ok()) {
    return world_.Violate(absl::StrCat("it cannot start again: ", state.status().ToString()));
  }
  state_.emplace(*std::move(state));
  streams_.emplace();
  wake_ = absl::InfiniteFuture();
  turn_planned_ = false;
  rules_.CheckAll(state_->view().state);
  for (const auto& [path, removal] : state_->view().state.removals) RemoveFolder(removal);
  WakeLater();
}

void CoordinatorProcess::OpenStore() {
  if (database_.empty()) return;
  store_ = nullptr;
  absl::StatusOr<std::unique_ptr<storage::SqliteStore>> opened =
      storage::SqliteStore::Open(database_);
  if (opened.ok()) {
    store_ = *std::move(opened);
  } else {
    world_.Violate(absl::StrCat("the database does not open: ", opened.status().ToString()));
    store_ = std::make_unique<nepa::testing::MemoryStore>();
  }
}

void CoordinatorProcess::Crash() {
  if (!up()) return;
  world_.Note("the coordinator dies");
  stored_ = *store_->Load();
  queue_.clear();
  streams_.reset();
  state_.reset();
  for (const auto& stream : heard_) stream->Close(absl::UnavailableError("connection reset"));
  heard_.clear();
}

void CoordinatorProcess::Post(coordinator::Decide decide, Done done) {
  if (!up()) return;
  queue_.push_back({std::move(decide), std::move(done)});
  if (std::exchange(turn_planned_, true)) return;
  world_.timeline.After(world_.chance.Between(absl::Microseconds(50), absl::Milliseconds(3)),
                        [this, life = life_] {
                          if (up() && life == life_) TakeTurn();
                        });
}

void CoordinatorProcess::WakeLater() {
  if (!up()) return;
  const absl::Time wake =
      std::max(state_->NextTurn() - running_offset_, world_.timeline.now() + absl::Microseconds(1));
  if (wake >= wake_) return;
  wake_ = wake;
  world_.timeline.At(wake, [this, life = life_, wake] {
    if (!up() || life != life_ || wake != wake_) return;
    wake_ = absl::InfiniteFuture();
    TakeTurn();
  });
}

void CoordinatorProcess::TakeTurn() {
  turn_planned_ = false;
  std::vector<Item> batch;
  batch.swap(queue_);
  if (batch.size() > kMaxBatch) {
    queue_.assign(std::make_move_iterator(batch.begin() + kMaxBatch),
                  std::make_move_iterator(batch.end()));
    batch.resize(kMaxBatch);
  }
  std::vector<coordinator::Decide> decisions;
  for (const Item& item : batch) {
    if (item.decide) decisions.push_back(item.decide);
  }
  const coordinator::Turn turn = state_->TakeTurn(decisions);
  ++turns_;
  if (dying_store_->died) return Crash();
  if (turn.committed.ok()) {
    rules_.CheckTurn(turn, state_->view());
    if (turns_ % 256 == 0) CheckAgainstStore();
    for (const state::Change& change : turn.changes) {
      if (const auto* put = std::get_if<state::PutWorker>(&change)) {
        streams_->Fence(put->worker.id, put->worker.incarnation);
      }
    }
    CarryOut(turn);
  }
  for (Item& item : batch) {
    item.done(item.decide ? turn.committed : absl::OkStatus());
  }
  if (!queue_.empty()) Post(nullptr, [](const absl::Status&) {});
  WakeLater();
}

void CoordinatorProcess::CarryOut(const coordinator::Turn& turn) {
  std::set<std::string> told;
  for (const core::Effect& effect : turn.effects) {
    if (const auto* orders = std::get_if<core::SendOrders>(&effect)) {
      if (told.insert(orders->worker).second) Tell(orders->worker);
    } else if (const auto* remove = std::get_if<core::RemoveFolder>(&effect)) {
      RemoveFolder(remove->removal);
    } else if (const auto* notify = std::get_if<core::Notify>(&effect)) {
      SendNotification(notify->job);
    }
  }
}

void CoordinatorProcess::Tell(const std::string& worker) {
  if (coordinator::OrdersSink* stream = streams_->Find(worker)) {
    stream->Send(core::OrdersFor(state_->view().state, worker));
  }
}

void CoordinatorProcess::RemoveFolder(const state::Removal& removal) {
  world_.timeline.After(
      world_.chance.Between(absl::Milliseconds(1), absl::Milliseconds(300)),
      [this, life = life_, removal] {
        if (!up() || life != life_) return;
        disk_.Remove(removal.path, removal.except);
        Post([path = removal.path](core::Draft& draft) { core::FolderRemoved(draft, path); },
             [](const absl::Status&) {});
      });
}

// To a receiver that is away at times.
void CoordinatorProcess::SendNotification(const std::string& job) {
  world_.timeline.After(
      world_.chance.Between(absl::Milliseconds(1), absl::Seconds(3)), [this, life = life_, job] {
        if (!up() || life != life_) return;
        const absl::Status result = world_.chance.Happens(world_.weather.receiver_away)
                                        ? absl::UnavailableError("it is away")
                                        : absl::OkStatus();
        Post([job, result](core::Draft& draft) { core::NotificationTried(draft, job, result); },
             [](const absl::Status&) {});
      });
}

void CoordinatorProcess::Register(
    Peer worker, const exchange::Registration& registration,
    const std::function<void(absl::StatusOr<exchange::Registered>)>& done) {
  auto answer = std::make_shared<absl::StatusOr<exchange::Registered>>();
  Post(
      [answer, registration](core::Draft& draft) { *answer = core::Register(draft, registration); },
      [answer, done](const absl::Status& committed) {
        done(committed.ok() ? *answer : absl::StatusOr<exchange::Registered>(committed));
      });
  world_.Note("worker ", worker, " registers");
}

void CoordinatorProcess::ReportArrived(const std::shared_ptr<Stream>& stream,
                                       const exchange::Report& report) {
  if (!up() || !stream->open_at_coordinator) return;
  if (stream->coordinator_life == 0) {
    stream->coordinator_life = life_;
    heard_.push_back(stream);
  }
  if (stream->coordinator_life != life_) return;  // it belonged to a process that is gone
  if (old_reports_.size() < kOldReports) {
    old_reports_.push_back(report);
  } else if (world_.chance.Happens(0.05)) {
    world_.chance.OneOf(old_reports_) = report;
  }
  auto verdict = std::make_shared<absl::Status>();
  Post(
      [this, verdict, stream, report](core::Draft& draft) {
        *verdict = core::TakeReport(draft, report);
        if (verdict->ok()) streams_->Attach(report.worker_id, report.incarnation, stream);
      },
      [this, verdict, stream, worker = report.worker_id](const absl::Status& committed) {
        if (!verdict->ok()) {
          stream->Close(*verdict);
          Forget(stream);
        } else if (committed.ok() || absl::IsResourceExhausted(committed)) {
          stream->Send(core::OrdersFor(state_->view().state, worker));
        }
      });
}

void CoordinatorProcess::StreamEnded(const std::shared_ptr<Stream>& stream) {
  if (!up() || stream->coordinator_life != life_) return;
  stream->open_at_coordinator = false;
  Forget(stream);
  Post(
      [this, stream](core::Draft& draft) {
        const auto owner = streams_->Detach(stream.get());
        if (owner.has_value()) core::Disconnect(draft, owner->worker, owner->incarnation);
      },
      [](const absl::Status&) {});
}

void CoordinatorProcess::HauntWithOldReport() {
  if (!up() || old_reports_.empty()) return;
  const exchange::Report& report = world_.chance.OneOf(old_reports_);
  const auto worker = state().workers.find(report.worker_id);
  if (worker != state().workers.end() && worker->second.incarnation == report.incarnation) return;
  Post(
      [this, report](core::Draft& draft) {
        const auto sender = draft.state().workers.find(report.worker_id);
        if (sender == draft.state().workers.end() ||
            sender->second.incarnation == report.incarnation) {
          return;
        }
        const size_t changes = draft.changes().size();
        const absl::Status status = core::TakeReport(draft, report);
        if (status.ok() || draft.changes().size() != changes) {
          world_.Violate(absl::StrCat("a report of ", report.worker_id, ", incarnation ",
                                      report.incarnation, ", which is over, was taken"));
        }
      },
      [](const absl::Status&) {});
}

void CoordinatorProcess::CheckAgainstStore() {
  if (!(*store_->Load() == state_->view().state)) {
    world_.Violate("the state in memory is not what the store holds");
  }
}

}  // namespace nepa::simulation
