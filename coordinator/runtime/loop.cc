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

// A failed commit is tried again by what comes next, or after this time.
constexpr absl::Duration kRetryAfterFailure = absl::Seconds(1);
// Old requests and workers are forgotten at least this often.
constexpr absl::Duration kLongestTick = absl::Hours(1);

absl::Status Stopping() { return absl::UnavailableError("the coordinator is being shut down"); }

}  // namespace

absl::StatusOr<std::unique_ptr<Loop>> Loop::Start(Options options) {
  absl::StatusOr<state::ClusterState> state = options.store->Load();
  if (!state.ok()) return state.status();
  std::unique_ptr<Loop> loop(new Loop(std::move(options), *std::move(state)));
  loop->thread_ = std::thread(&Loop::Main, loop.get());
  return loop;
}

Loop::Loop(Options options, state::ClusterState state)
    : options_(std::move(options)), state_(std::move(state)) {
  live_.began = options_.clock();
  for (const auto& [path, removal] : state_.removals) options_.remove_folder(removal);
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
  return std::min({next_tick_, watches_.NextDeadline(), options_.metrics->NextExpiry()});
}

void Loop::TakeTurn(std::deque<Item> batch) {
  const absl::Time now = options_.clock();
  // Far beyond its deadline: this machine stood still, and the workers' reports with it. Grant them
  // a lease from now.
  if (now - next_tick_ > options_.settings.lease / 2) live_.began = now;
  core::Draft draft(state_, live_, options_.settings, now);
  for (Item& item : batch) {
    if (item.decide) item.decide(draft);
  }
  if (next_tick_ <= now) core::Tick(draft);
  const bool planned = Plan(draft);
  const std::set<std::string> touched = draft.touched_jobs();
  const absl::Status committed = Commit(draft);
  if (committed.ok()) {
    // Metrics first: whoever was told of a change finds it counted.
    CountEffects(draft);
    NoteChanges(draft);
  }
  if (planned || !draft.changes().empty()) options_.metrics->ShowCluster(state_, live_);
  if (committed.ok()) CarryOut(draft);
  next_tick_ =
      std::min(core::NextDeadline(state_, live_, options_.settings, now), now + kLongestTick);
  if (!committed.ok()) next_tick_ = now + kRetryAfterFailure;

  for (Item& item : batch) item.done(item.decide ? committed : absl::OkStatus(), Now());
  watches_.Update(Now(), touched, now);
  options_.metrics->Expire(now);
}

bool Loop::Plan(core::Draft& draft) {
  if (!draft.plan_wanted() && !plan_wanted_) return false;
  const absl::Time began = absl::Now();
  core::MakePlacements(draft);
  options_.metrics->ObserveSchedule(absl::Now() - began);
  plan_wanted_ = false;
  return true;
}

absl::Status Loop::Commit(core::Draft& draft) {
  if (draft.changes().empty()) return absl::OkStatus();
  const absl::Time began = absl::Now();
  const absl::Status status = options_.store->Commit(draft.changes());
  options_.metrics->ObserveCommit(absl::Now() - began, status.ok());
  {
    MutexLock lock(mutex_);
    if (!status.ok() && health_.ok()) {
      LogError("changes cannot be stored", {{"why", status.message()}});
    } else if (status.ok() && !health_.ok()) {
      LogInfo("changes can be stored again");
    }
    health_ = status;
  }
  if (!status.ok()) {
    draft.RollBack();
    plan_wanted_ = true;
    return absl::UnavailableError(
        absl::StrCat("nothing was changed, since it could not be stored: ", status.message()));
  }
  return status;
}

void Loop::NoteChanges(const core::Draft& draft) {
  for (const state::Change& change : draft.changes()) {
    if (const auto* put = std::get_if<state::PutJob>(&change)) {
      if (state::IsFinal(put->job.phase)) options_.metrics->JobEnded(put->job.id, draft.now());
    } else if (const auto* put = std::get_if<state::PutWorker>(&change)) {
      streams_.Fence(put->worker.id, put->worker.incarnation);
    } else if (const auto* event = std::get_if<state::AddEvent>(&change)) {
      LogInfo(event->event.kind, {{"job", event->event.job},
                                  {"attempt", event->event.attempt},
                                  {"message", event->event.message}});
    }
  }
}

void Loop::CountEffects(const core::Draft& draft) {
  for (const core::Effect& effect : draft.effects()) {
    if (const auto* placed = std::get_if<core::JobPlaced>(&effect)) {
      options_.metrics->ObserveQueueWait(placed->waited);
    } else if (const auto* restarted = std::get_if<core::JobRestarted>(&effect)) {
      const auto job = state_.jobs.find(restarted->job);
      if (job != state_.jobs.end()) options_.metrics->CountRestart(job->second, restarted->why);
    }
  }
}

void Loop::CarryOut(const core::Draft& draft) {
  std::set<std::string> told;
  for (const core::Effect& effect : draft.effects()) {
    if (const auto* orders = std::get_if<core::SendOrders>(&effect)) {
      if (told.insert(orders->worker).second) Tell(orders->worker);
    } else if (const auto* remove = std::get_if<core::RemoveFolder>(&effect)) {
      options_.remove_folder(remove->removal);
    }
  }
}

void Loop::Tell(const std::string& worker) {
  if (OrdersSink* stream = streams_.Find(worker)) stream->Send(core::OrdersFor(state_, worker));
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
          stream->Send(core::OrdersFor(state_, shared->worker_id));
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

void Loop::FolderRemoved(const std::string& path) {
  Post([path](core::Draft& draft) { core::FolderRemoved(draft, path); },
       [](const absl::Status&, const View&) {})
      .IgnoreError();  // the next start removes it again
}

}  // namespace nepa::coordinator
