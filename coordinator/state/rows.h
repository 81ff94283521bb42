// The rows of the cluster: what is durable, one struct for each table of docs/formats/sqlite.md.
//
// Plain values, no thread rule. Ids are one word, never reused: "j17", "c42", "w3".
#ifndef NEPA_COORDINATOR_STATE_ROWS_H_
#define NEPA_COORDINATOR_STATE_ROWS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/config/job_spec.h"
#include "common/exchange/exchange.h"
#include "common/frames/frames.h"

namespace nepa::state {

using exchange::AttemptId;
using exchange::Desired;

enum class Phase {
  kQueued,
  kStarting,
  kRunning,
  kPaused,
  kRestarting,
  kSucceeded,
  kFailed,
  kCancelled,
};

// What people want of a job. Differs from what its phase says while ranks are being stopped.
enum class Wish { kRun, kPause, kCancel };

struct Exit {
  frames::ExitKind kind = frames::ExitKind::kInternal;
  int64_t rank = -1;  // that ended first; -1 where the whole job ended without one
  std::string message;
  bool operator==(const Exit&) const = default;
};

// What a submission said; never changes.
struct JobSource {
  std::string text;      // the YAML as submitted
  std::string json;      // config::JobFile, the effective configuration
  config::JobFile file;  // the same, decoded
  bool operator==(const JobSource&) const = default;
};

// Shared by all copies of a job's row, compared by value.
class SharedSource {
 public:
  SharedSource() : source_(std::make_shared<JobSource>()) {}
  explicit SharedSource(JobSource source)
      : source_(std::make_shared<const JobSource>(std::move(source))) {}
  const JobSource* operator->() const { return source_.get(); }
  const JobSource& operator*() const { return *source_; }
  bool operator==(const SharedSource& other) const {
    return source_ == other.source_ || *source_ == *other.source_;
  }

 private:
  std::shared_ptr<const JobSource> source_;
};

struct Job {
  std::string id;
  std::string name;  // as in the job file; not unique
  SharedSource source;
  std::string user;
  int64_t priority = 500;
  Phase phase = Phase::kQueued;
  Wish wish = Wish::kRun;
  std::string reason;           // why it is in this phase; a waiting job's is in Live::waits too
  int64_t attempt = 0;          // number of the latest; 0 before the first
  int64_t restarts = 0;         // attempts that a fault of the machine ended and another followed
  int64_t barren_faults = 0;    // of those, the latest ones in a row that wrote no checkpoint
  std::string from_job;         // its model comes from a checkpoint of this job; "" if from none
  std::string from_checkpoint;  // the checkpoint, from the first placement on

  // Where training was when an attempt last started, wrote a checkpoint or ended.
  int64_t step = 0;
  int64_t total_steps = 0;  // 0 until an attempt counted its data
  double epoch = 0;
  std::map<std::string, double> metrics;

  absl::Time submitted_at;
  absl::Time queued_at;                          // since when it waits for slots
  absl::Time not_before = absl::InfinitePast();  // no attempt earlier: the pause after a fault
  std::optional<absl::Time> started_at;          // first step of the first attempt
  std::optional<absl::Time> ended_at;            // set in a final phase
  std::optional<Exit> exit;                      // set once an attempt ended

  bool operator==(const Job&) const = default;
};

// One rank of a gang.
struct Rank {
  std::string worker;       // id
  int64_t incarnation = 0;  // of the worker; a later one does not run this rank
  int64_t pid = 0;          // 0 before it started
  bool started = false;     // took, or is about to take, its first step
  std::optional<Exit> exit;
  bool operator==(const Rank&) const = default;
};

// One try at a job, by one gang. Its number is never used again for the job.
struct Attempt {
  AttemptId id;
  Desired desired = Desired::kRun;
  std::vector<Rank> gang;     // by rank
  std::string resume_from;    // checkpoint folder relative to the storage; "" to start from step 0
  std::string model_from;     // folder, absolute or relative to the storage; "" for none
  bool drained = false;       // stopped for its worker's sake, not for a fault
  std::optional<Exit> cause;  // of the ranks' exits the one that explains the others
  absl::Time placed_at;
  std::optional<absl::Time> started_at;  // every rank started
  std::optional<absl::Time> ended_at;    // no rank runs any more
  bool operator==(const Attempt&) const = default;
};

enum class WorkerState { kReady, kDraining, kLost };

struct Worker {
  std::string id;
  std::string name;
  std::string address;
  std::string http_address;
  WorkerState state = WorkerState::kReady;
  std::string reason;
  int64_t incarnation = 0;
  int64_t slots = 0;
  std::string device;  // "cpu" or "cuda"
  std::map<std::string, std::string> labels;
  std::string version;
  std::string drained;       // why people want it to run nothing, whatever its state; or ""
  int64_t acknowledged = 0;  // outbox items of this incarnation that are durable
  absl::Time registered_at;
  absl::Time changed_at;  // since when it is in this state
  bool operator==(const Worker&) const = default;
};

enum class CheckpointState { kAvailable, kDeleting, kCorrupt };

struct Checkpoint {
  std::string id;
  std::string job;  // id; the job may have been deleted since
  int64_t attempt = 0;
  int64_t step = 0;
  double epoch = 0;
  std::string path;  // relative to the storage
  int64_t bytes = 0;
  std::string sha256;
  std::map<std::string, double> metrics;
  CheckpointState state = CheckpointState::kAvailable;
  bool pinned = false;
  absl::Time created_at;
  bool operator==(const Checkpoint&) const = default;
};

// A mutating request that was done: a repeated id gets the same answer and changes nothing.
struct StoredRequest {
  std::string id;       // made by the client
  std::string method;   // "SubmitJob", …
  std::string subject;  // id of what it was about: the answer
  absl::Time at;
  bool operator==(const StoredRequest&) const = default;
};

// A folder that is to be removed from the storage; the row goes when the folder is gone.
struct Removal {
  std::string path;    // relative to the storage
  std::string except;  // name of an entry of it that stays, with the folder; "" for none
  bool operator==(const Removal&) const = default;
};

// One line of a job's or a worker's story.
struct Event {
  absl::Time time;
  std::string job;      // id; "" for an event of a worker
  int64_t attempt = 0;  // 0 where none
  std::string kind;     // one word
  std::string message;
  bool operator==(const Event&) const = default;
};

struct MetricPoint {
  int64_t step = 0;
  absl::Time time;
  std::map<std::string, double> values;
  bool operator==(const MetricPoint&) const = default;
};

// A part of a job's way that took time: what `nepactl trace` shows.
struct Span {
  int64_t attempt = 0;  // 0 where none
  std::string process;  // "nepactl", "coordinator", "worker here", "rank 0"
  frames::Span span;    // by the clock of the process's machine
  bool operator==(const Span&) const = default;
};

// Somebody is still to be told that a job has ended.
struct Notification {
  std::string job;  // id
  std::string url;
  int64_t tries = 0;  // that failed
  absl::Time next_try_at;
  bool operator==(const Notification&) const = default;
};

// How often each kind of id was given.
struct Counters {
  int64_t jobs = 0;
  int64_t checkpoints = 0;
  int64_t workers = 0;
  bool operator==(const Counters&) const = default;
};

}  // namespace nepa::state

#endif  // NEPA_COORDINATOR_STATE_ROWS_H_
