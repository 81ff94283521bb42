// The coordinator's loop: one thread that owns all state.
//
// Other threads post work. The loop takes what has gathered, lets the core decide on all of it in
// one draft, makes the changes durable in one transaction, and only then lets replies, orders and
// other effects out. If the transaction fails, the state is as before and everyone is told so.
#ifndef NEPA_COORDINATOR_RUNTIME_LOOP_H_
#define NEPA_COORDINATOR_RUNTIME_LOOP_H_

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "coordinator/core/draft.h"
#include "coordinator/core/settings.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/runtime/cluster_watches.h"
#include "coordinator/runtime/durable_state.h"
#include "coordinator/runtime/job_watches.h"
#include "coordinator/runtime/view.h"
#include "coordinator/runtime/worker_streams.h"
#include "coordinator/storage/store.h"

namespace nepa::coordinator {

class Loop {
 public:
  // Runs on the loop's thread once `committed` is known, and must not wait. Not OK: nothing
  // changed.
  using Done = std::function<void(const absl::Status& committed, const View&)>;

  struct Options {
    storage::Store* store = nullptr;
    Metrics* metrics = nullptr;
    core::Settings settings;
    std::function<absl::Time()> clock;
    // Asks for a folder to be removed; answered, whenever that is, by FolderRemoved. Must not wait.
    std::function<void(const state::Removal&)> remove_folder;
    // Asks for the end of a job to be told; answered, whenever that is, by NotificationTried. Must
    // not wait.
    std::function<void(const core::Notify&, const View&)> notify;
  };

  // What waits for the loop; more is refused.
  static constexpr size_t kMaxQueue = 4096;
  // What one transaction takes.
  static constexpr size_t kMaxBatch = 256;

  // Loads the state and starts the thread. DATA_LOSS if the store's rows do not decode.
  static absl::StatusOr<std::unique_ptr<Loop>> Start(Options options);

  // Stops: work that is still queued is answered with UNAVAILABLE, watchers and streams are closed.
  ~Loop();
  void Stop();

  // Any thread. RESOURCE_EXHAUSTED when too much waits, UNAVAILABLE after Stop(); `done` is then
  // not called, else exactly once. Without `decide`: a read, which sees what is durable.
  absl::Status Post(Decide decide, Done done);

  // Any thread but the loop's: posts and waits for `then`.
  absl::Status Run(const Decide& decide, const std::function<void(const View&)>& then);
  absl::Status Read(const std::function<void(const View&)>& then) { return Run(nullptr, then); }

  // Any thread. The stream gets its orders, or is closed with why not.
  void TakeReport(std::shared_ptr<OrdersSink> stream, exchange::Report report);
  void StreamEnded(std::shared_ptr<OrdersSink> stream);

  // Any thread. Shows the job now and at each change until its end. NOT_FOUND closes the watch.
  void Watch(std::string id_or_name, std::shared_ptr<JobSink> sink);
  // Any thread. Shows the cluster now and whenever something changed.
  void WatchAll(std::shared_ptr<ClusterSink> sink);

  // Any thread.
  void FolderRemoved(const std::string& path);

  // The loop's time of day. Any thread.
  absl::Time now() const { return options_.clock(); }

  // Any thread. RESOURCE_EXHAUSTED when too much waits: say it again later.
  absl::Status NotificationTried(const std::string& job, const absl::Status& result);

  // OK while changes can be made durable.
  absl::Status Health() const;

 private:
  struct Item {
    Decide decide;
    Done done;
  };

  Loop(Options options, DurableState state);

  void Main();
  std::deque<Item> WaitForWork(absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);
  void TakeTurn(std::deque<Item> batch);
  // Of a turn that was committed, in this order.
  void CountEffects(const Turn& turn);
  void NoteChanges(const Turn& turn, absl::Time now);
  void CarryOut(const Turn& turn);
  // The outcome of the turn's commit, for those whose requests it held.
  absl::Status NoteHealth(const Turn& turn);
  void Tell(const std::string& worker);
  absl::Time NextDeadline() const;
  View Now() const { return state_.view(); }

  const Options options_;

  // The loop thread's own.
  DurableState state_;
  WorkerStreams streams_;
  JobWatches watches_;
  ClusterWatches cluster_watches_;

  mutable Mutex mutex_;
  Condition work_;
  std::deque<Item> queue_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status health_ ABSL_GUARDED_BY(mutex_);

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RUNTIME_LOOP_H_
