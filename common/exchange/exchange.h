// What a worker and the coordinator say to each other, as plain values. common/rpc turns them into
// messages of proto/nepa/v1/worker_service.proto and back; the pure cores on both sides see only
// these.
//
// The exchange reconciles: a report says everything the worker runs, orders say everything it
// should run. Either may be lost, doubled or late. What must arrive (exits, checkpoints, metrics)
// waits in the worker's outbox under an increasing number until orders acknowledge it.
#ifndef NEPA_COMMON_EXCHANGE_EXCHANGE_H_
#define NEPA_COMMON_EXCHANGE_EXCHANGE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "common/frames/frames.h"

namespace nepa::exchange {

// Names one gang for all time: an attempt number is never used twice for a job.
struct AttemptId {
  std::string job_id;
  int64_t attempt = 0;
  auto operator<=>(const AttemptId&) const = default;
};

// A worker introduces itself. `name` is its identity across restarts.
struct Registration {
  std::string name;
  std::string address;       // where other machines reach its ranks
  std::string http_address;  // host:port of its /metrics
  int64_t slots = 0;
  std::string device;  // "cpu" or "cuda"
  std::map<std::string, std::string> labels;
  std::string version;
};

struct Registered {
  std::string worker_id;
  int64_t incarnation = 0;         // larger than every earlier one of this name
  absl::Duration report_interval;  // a report at least this often
  absl::Duration lease;            // silent for longer: the coordinator gives its ranks up
  std::string storage;  // the coordinator's, absolute: for a worker told no path of its own
};

enum class RankState { kStarting, kRunning, kStopping };

struct RankStatus {
  AttemptId attempt;
  int64_t rank = 0;
  RankState state = RankState::kStarting;
  int64_t pid = 0;
  int64_t total_steps = 0;
  frames::Progress progress;  // newest known
};

// Things that must arrive.
struct RankStarted {
  AttemptId attempt;
  int64_t rank = 0;
  frames::Started started;
  std::vector<frames::Span> spans;  // of the worker: how it came to start
};
struct RankMetrics {
  AttemptId attempt;
  absl::Time time;
  frames::Metrics metrics;
};
struct RankCheckpoint {
  AttemptId attempt;
  absl::Time time;
  frames::CheckpointWritten checkpoint;
};
struct RankExited {
  AttemptId attempt;
  int64_t rank = 0;
  frames::Exit exit;
  frames::Progress progress;  // last known
};
struct OutboxItem {
  int64_t number = 0;  // 1, 2, 3, … within an incarnation
  std::variant<RankStarted, RankMetrics, RankCheckpoint, RankExited> what;
};

struct Report {
  std::string worker_id;
  int64_t incarnation = 0;
  std::vector<RankStatus> ranks;   // every rank that runs here
  std::vector<OutboxItem> outbox;  // unacknowledged, oldest first; at most kMaxOutboxItems
  bool leaving = false;            // ending in order: takes no more ranks
};
inline constexpr size_t kMaxOutboxItems = 256;  // in one report

enum class Desired {
  kRun,
  kStopWithCheckpoint,  // pause, drain
  kKill,                // cancel
};

// One gang's part on this worker.
struct GangOrder {
  AttemptId attempt;
  Desired desired = Desired::kRun;
  std::vector<int64_t> ranks;  // the ranks placed here
  int64_t world_size = 1;
  std::string job_file_json;  // config::JobFile, see common/config/job_spec_json.h
  std::string folder;         // the job's folder, relative to the storage
  std::string resume_from;    // checkpoint folder relative to the storage; "" to start
  std::string model_from;     // model folder, relative to the storage or absolute; "" for none
  // Names of the folders of the job's checkpoints; none: not told. A folder of an earlier attempt
  // that is not among them never will be, since only a live attempt's are registered.
  std::optional<std::vector<std::string>> registered_checkpoints = std::nullopt;
};
inline constexpr size_t kMaxRegisteredNames = 1000;  // told in one order; more are not told

struct Orders {
  int64_t incarnation = 0;
  int64_t acknowledged = 0;      // every outbox item up to this number is durable
  std::vector<GangOrder> gangs;  // everything this worker should run
};

}  // namespace nepa::exchange

#endif  // NEPA_COMMON_EXCHANGE_EXCHANGE_H_
