#include "coordinator/runtime/loop.h"

#include <algorithm>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "coordinator/core/operations.h"
#include "coordinator/state/words.h"

namespace nepa::coordinator {
namespace {

absl::Status Stopping() { return absl::UnavailableError("the coordinator is being shut down"); }

}  // namespace

absl::StatusOr<std::unique_ptr<Loop>> Loop::Start(Options options) {
  absl::StatusOr<DurableState> state =
      DurableState::Open({options.store, options.settings, options.clock});
  if (!state.ok()) return state.status();
  std::unique_ptr<Loop> loop(new Loop(std::move(options), *std::move(state)));
  loop->thread_ = std::thread(&Loop::Main, loop.get());
  return loop;
}

Loop::Loop(Options options, DurableState state)
    : options_(std::move(options)), state_(std::move(state)) {
  for (const auto& [path, removal] : Now().state.removals) options_.remove_folder(removal);
}

Loop::~Loop() { Stop(); }

void Loop::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    work_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status Loop::Post(Decide decide, Done done) {
  MutexLock lock(mutex_);
  if (stopping_) return Stopping();
  if (queue_.size() >= kMaxQueue) {
    return absl::ResourceExhaustedError(
        absl::StrCat(queue_.size(), " requests wait for the coordinator; try again in a moment"));
  }
  queue_.push_back({std::move(decide), std::move(done)});
  work_.NotifyOne();
  return absl::OkStatus();
}

absl::Status Loop::Run(const Decide& decide, const std::function<void(const View&)>& then) {
  std::promise<absl::Status> promise;
  absl::Status posted = Post(decide, [&](const absl::Status& committed, const View& view) {
    if (committed.ok()) then(view);
    promise.set_value(committed);
  });
  return posted.ok() ? promise.get_future().get() : posted;
}

absl::Status Loop::Health() const {
  MutexLock lock(mutex_);
  return stopping_ ? Stopping() : health_;
}

void Loop::Main() {
  for (;;) {
    std::deque<Item> batch = WaitForWork(NextDeadline());
    if (batch.empty()) {
      MutexLock lock(mutex_);
      if (stopping_) break;
    }
    TakeTurn(std::move(batch));
  }
  std::deque<Item> left;
  {
    MutexLock lock(mutex_);
    left.swap(queue_);
  }
  for (Item& item : left) item.done(Stopping(), Now());
  watches_.CloseAll(Stopping());
  cluster_watches_.CloseAll(Stopping());
  streams_.CloseAll(Stopping());
}

std::deque<Loop::Item> Loop::WaitForWork(absl::Time deadline) {
  MutexLock lock(mutex_);
  while (queue_.empty() && !stopping_) {
    const absl::Duration left = deadline - options_.clock();
    if (left <= absl::ZeroDuration()) break;
    work_.WaitFor(lock, left);
  }
  std::deque<Item> batch;
  if (stopping_) return batch;
  while (!queue_.empty() && batch.size() < kMaxBatch) {
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  options_.metrics->ShowQueue(queue_.size());
  return batch;
}

absl::Time Loop::NextDeadline() const {
  return std::min({state_.NextTurn(), watches_.NextDeadline(), cluster_watches_.NextDeadline(),
                   options_.metrics->NextExpiry()});
}

void Loop::TakeTurn(std::deque<Item> batch) {
  const absl::Time now = options_.clock();
  std::vector<Decide> decisions;
  for (const Item& item : batch) {
    if (item.decide) decisions.push_back(item.decide);
  }
  const Turn turn = state_.TakeTurn(decisions);
  // Metrics first: whoever was told of a change finds it counted.
  CountEffects(turn);
  NoteChanges(turn, now);
  if (turn.planning.has_value() || !turn.changes.empty()) {
    options_.metrics->ShowCluster(Now().state, Now().live);
  }
  CarryOut(turn);

  const absl::Status committed = NoteHealth(turn);
  for (Item& item : batch) item.done(item.decide ? committed : absl::OkStatus(), Now());
  watches_.Update(Now(), turn.touched, now);
  const bool changed = !turn.changes.empty() || !turn.touched.empty() || turn.planning.has_value();
  cluster_watches_.Update(Now(), changed, now);
  options_.metrics->Expire(now);
}

absl::Status Loop::NoteHealth(const Turn& turn) {
  if (!turn.committing.has_value()) return absl::OkStatus();
  const absl::Status& status = turn.committed;
  options_.metrics->ObserveCommit(*turn.committing, status.ok());
  {
    MutexLock lock(mutex_);
    if (!status.ok() && health_.ok()) {
      LogError("changes cannot be stored", {{"why", status.message()}});
    } else if (status.ok() && !health_.ok()) {
      LogInfo("changes can be stored again");
    }
    health_ = status;
  }
  if (status.ok()) return status;
  return absl::UnavailableError(
      absl::StrCat("nothing was changed, since it could not be stored: ", status.message()));
}

void Loop::NoteChanges(const Turn& turn, absl::Time now) {
  for (const state::Change& change : turn.changes) {
    if (const auto* put = std::get_if<state::PutJob>(&change)) {
      if (state::IsFinal(put->job.phase)) options_.metrics->JobEnded(put->job.id, now);
    } else if (const auto* put = std::get_if<state::PutWorker>(&change)) {
      streams_.Fence(put->worker.id, put->worker.incarnation);
    } else if (const auto* event = std::get_if<state::AddEvent>(&change)) {
      LogInfo(event->event.kind, {{"job", event->event.job},
                                  {"attempt", event->event.attempt},
                                  {"message", event->event.message}});
    }
  }
}

void Loop::CountEffects(const Turn& turn) {
  if (turn.planning.has_value()) options_.metrics->ObserveSchedule(*turn.planning);
  for (const core::Effect& effect : turn.effects) {
    if (const auto* placed = std::get_if<core::JobPlaced>(&effect)) {
      options_.metrics->ObserveQueueWait(placed->waited);
    } else if (const auto* restarted = std::get_if<core::JobRestarted>(&effect)) {
      const auto& jobs = Now().state.jobs;
      const auto job = jobs.find(restarted->job);
      if (job != jobs.end()) options_.metrics->CountRestart(job->second, restarted->why);
    }
  }
}

void Loop::CarryOut(const Turn& turn) {
  std::set<std::string> told;
  for (const core::Effect& effect : turn.effects) {
    if (const auto* orders = std::get_if<core::SendOrders>(&effect)) {
      if (told.insert(orders->worker).second) Tell(orders->worker);
    } else if (const auto* remove = std::get_if<core::RemoveFolder>(&effect)) {
      options_.remove_folder(remove->removal);
    } else if (const auto* notify = std::get_if<core::Notify>(&effect)) {
      options_.notify(*notify, Now());
    }
  }
}

void Loop::Tell(const std::string& worker) {
  if (OrdersSink* stream = streams_.Find(worker))
    stream->Send(core::OrdersFor(Now().state, worker));
}

void Loop::TakeReport(std::shared_ptr<OrdersSink> stream, exchange::Report report) {
  // Shared by the two closures: what the core said.
  auto verdict = std::make_shared<absl::Status>();
  auto shared = std::make_shared<const exchange::Report>(std::move(report));
  const absl::Status posted = Post(
      [this, verdict, shared, stream](core::Draft& draft) {
        *verdict = core::TakeReport(draft, *shared);
        if (verdict->ok()) streams_.Attach(shared->worker_id, shared->incarnation, stream);
      },
      [this, verdict, shared, stream](const absl::Status& committed, const View&) {
        if (!verdict->ok()) {
          LogWarning("report refused",
                     {{"worker", shared->worker_id}, {"why", verdict->message()}});
          stream->Close(*verdict);
        } else if (committed.ok() || committed.code() == absl::StatusCode::kUnavailable) {
          // Not committed: the acknowledgement stays where it was, and the worker repeats itself.
          stream->Send(core::OrdersFor(Now().state, shared->worker_id));
        }
      });
  if (!posted.ok()) stream->Close(posted);
}

void Loop::StreamEnded(std::shared_ptr<OrdersSink> stream) {
  Post(
      [this, stream](core::Draft& draft) {
        const std::optional<WorkerStreams::Owner> owner = streams_.Detach(stream.get());
        if (owner.has_value()) core::Disconnect(draft, owner->worker, owner->incarnation);
      },
      [](const absl::Status&, const View&) {})
      .IgnoreError();  // refused only when the loop is stopping, or a lease will tell
}

void Loop::Watch(std::string id_or_name, std::shared_ptr<JobSink> sink) {
  const absl::Status posted = Post(nullptr, [this, id_or_name = std::move(id_or_name), sink](
                                                const absl::Status& committed, const View& view) {
    if (!committed.ok()) return sink->Close(committed);
    watches_.Add(view, id_or_name, sink, options_.clock());
  });
  if (!posted.ok()) sink->Close(posted);
}

void Loop::WatchAll(std::shared_ptr<ClusterSink> sink) {
  const absl::Status posted =
      Post(nullptr, [this, sink](const absl::Status& committed, const View& view) {
        if (!committed.ok()) return sink->Close(committed);
        cluster_watches_.Add(view, sink, options_.clock());
      });
  if (!posted.ok()) sink->Close(posted);
}

void Loop::FolderRemoved(const std::string& path) {
  Post([path](core::Draft& draft) { core::FolderRemoved(draft, path); },
       [](const absl::Status&, const View&) {})
      .IgnoreError();  // the next start removes it again
}

absl::Status Loop::NotificationTried(const std::string& job, const absl::Status& result) {
  return Post([job, result](core::Draft& draft) { core::NotificationTried(draft, job, result); },
              [](const absl::Status&, const View&) {});
}

}  // namespace nepa::coordinator
