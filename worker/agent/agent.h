// The deciding part of a worker: what should run here, what to tell the coordinator, and when.
//
// Inputs are methods; each returns what is to be done. Orders reconcile: whatever runs and is not
// ordered is killed, whatever is ordered and neither runs nor has ended is started. An attempt's
// rank is never started twice within an incarnation. While the coordinator is away, ranks go on and
// what must arrive waits in the outbox. A refused incarnation kills every rank, drops the outbox
// and registers again.
//
// Pure: time is a parameter and must not run backwards by more than the timeouts in use. Confined
// to one thread.
#ifndef NEPA_WORKER_AGENT_AGENT_H_
#define NEPA_WORKER_AGENT_AGENT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/exchange/exchange.h"
#include "common/frames/frames.h"
#include "worker/agent/effects.h"
#include "worker/agent/outbox.h"
#include "worker/agent/rank_exit.h"
#include "worker/agent/session.h"

namespace nepa::agent {

struct Options {
  int64_t slots = 1;
  // A rank that was asked to stop with a checkpoint and has not ended after so long is killed.
  absl::Duration stop_limit = absl::Minutes(10);
  // The same when the worker itself is ending.
  absl::Duration leave_limit = absl::Seconds(60);
};

// A rank that sent its exit frame and has not ended after so long is killed.
inline constexpr absl::Duration kExitLimit = absl::Seconds(30);
// More than thinned metrics and the checkpoints of a very long absence of the coordinator come to.
inline constexpr size_t kMaxOutboxSize = 8192;
// A leaving worker waits so long for killed processes to be gone.
inline constexpr absl::Duration kKillLimit = absl::Seconds(5);
// After the last rank ended, a leaving worker waits so long for its reports to be acknowledged.
inline constexpr absl::Duration kFlushLimit = absl::Seconds(3);

class Agent {
 public:
  explicit Agent(Options options) : options_(options) {}

  // Time passes: call at the latest at NextWake(), and once at the start.
  Effects Tick(absl::Time now);
  absl::Time NextWake() const;

  // From the coordinator.
  Effects Registered(const exchange::Registered& registered, absl::Time now);
  Effects OrdersReceived(const exchange::Orders& orders, absl::Time now);
  Effects ReportWritten(absl::Time now);
  Effects LinkLost(absl::Time now);  // Register failed, or the exchange ended
  Effects Fenced(absl::Time now);    // either ended with ABORTED or NOT_FOUND

  // From the ranks. Unknown ids are ignored.
  Effects Spawned(const RankId& id, int64_t pid, absl::Time now);
  // INVALID_ARGUMENT: the job cannot run; RESOURCE_EXHAUSTED or UNAVAILABLE: the storage failed;
  // else our fault. The rank has ended.
  Effects SpawnFailed(const RankId& id, const absl::Status& status, absl::Time now);
  Effects FrameRead(const RankId& id, const frames::Frame& frame, absl::Time now);
  // What came on the frame pipe was no frame: the rank is killed.
  Effects BadFrame(const RankId& id, const absl::Status& why, absl::Time now);
  // The process is gone and its frame pipe was read to the end.
  Effects Ended(const RankId& id, const ProcessEnd& end, absl::Time now);

  // The worker is to end: ranks stop with a checkpoint, nothing starts any more, Finish comes when
  // all is over. `at_once` kills instead, also when Leave was called before.
  Effects Leave(bool at_once, absl::Time now);

  // Registered, and the exchange is alive.
  bool connected() const { return session_.registered().has_value() && session_.heard(); }
  size_t running_ranks() const { return ranks_.size(); }
  // So much waits for the coordinator that no more frames should be read: the ranks' pipes fill and
  // hold them.
  bool congested() const { return outbox_.size() >= kMaxOutboxSize; }

 private:
  struct Rank {
    int64_t slot = 0;
    exchange::RankState state = exchange::RankState::kStarting;
    int64_t pid = 0;
    int64_t total_steps = 0;
    frames::Progress progress;
    std::optional<frames::Exit> said;     // by its exit frame
    std::optional<frames::Exit> verdict;  // why the agent kills it
    bool fenced = false;                  // of a past incarnation: its end is not reported
    bool started = false;
    bool asked_to_stop = false;
    absl::Time wanted_at;                          // the order for it had come, and there was room
    absl::Time spawned_at;                         // its process was there
    absl::Time deadline = absl::InfiniteFuture();  // killed then
    std::string overdue;                           // what it had not done by then
  };

  // frame_inputs.cc
  void Take(const RankId& id, Rank& rank, const frames::Started& frame, absl::Time now);
  void Take(const RankId& id, Rank& rank, const frames::Progress& frame, absl::Time now);
  void Take(const RankId& id, Rank& rank, const frames::Metrics& frame, absl::Time now);
  void Take(const RankId& id, Rank& rank, const frames::CheckpointWritten& frame, absl::Time now);
  void Take(const RankId& id, Rank& rank, const frames::Exit& frame, absl::Time now);

  // reconcile.cc
  void Reconcile(absl::Time now, Effects& effects);
  void ReconcileRunning(const RankId& id, Rank& rank, absl::Time now, Effects& effects);
  void ReconcileMissing(const exchange::GangOrder& order, const RankId& id, absl::Time now,
                        Effects& effects);
  void AskToStop(const RankId& id, Rank& rank, absl::Duration limit, absl::Time now,
                 Effects& effects);
  void KillRank(const RankId& id, Rank& rank, frames::Exit verdict, Effects& effects);
  void KillOverdue(absl::Time now, Effects& effects);
  void ForgetEnded(const exchange::Orders& orders);
  const exchange::GangOrder* OrderOf(const RankId& id) const;
  std::optional<int64_t> FreeSlot() const;
  bool OtherAttemptRuns(const exchange::AttemptId& attempt) const;

  // agent.cc
  void ReportExit(const RankId& id, frames::Exit exit, const frames::Progress& progress,
                  absl::Time now);
  // The end of every input: reconcile, link, report, finish.
  Effects Settle(Effects effects, absl::Time now);
  exchange::Report MakeReport(absl::Time now);
  void FinishIfDone(absl::Time now, Effects& effects);

  const Options options_;
  Session session_;
  Outbox outbox_;
  std::optional<exchange::Orders> orders_;  // the newest of this incarnation
  std::map<RankId, Rank> ranks_;            // every process that lives
  std::set<RankId> ended_;                  // ordered once and over: not started again

  absl::Time leave_deadline_ = absl::InfiniteFuture();
  absl::Time flush_deadline_ = absl::InfiniteFuture();
  bool leaving_ = false;
  bool sent_leaving_ = false;  // a report said so
  bool told_leaving_ = false;  // and orders came after it
  bool finished_ = false;
};

}  // namespace nepa::agent

#endif  // NEPA_WORKER_AGENT_AGENT_H_
