// The worker: one loop thread that owns agent, processes and metrics; gRPC's threads hand it what
// the coordinator says, and HTTP threads show the metrics.
#ifndef NEPA_WORKER_RUNTIME_DAEMON_H_
#define NEPA_WORKER_RUNTIME_DAEMON_H_

#include <prometheus/registry.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/exchange/exchange.h"
#include "common/io/unique_fd.h"
#include "common/metrics/http_server.h"
#include "worker/agent/agent.h"
#include "worker/metrics/train_metrics.h"
#include "worker/rpc/coordinator_link.h"
#include "worker/runtime/event_queue.h"
#include "worker/runtime/ranks.h"
#include "worker/runtime/settings.h"
#include "worker/runtime/state_folder.h"

namespace nepa::worker {

class Daemon {
 public:
  // Takes the state folder, ends what an earlier start left, serves HTTP and writes endpoints.json.
  // `signals` as from TakeSignals. FAILED_PRECONDITION if the folder is another worker's;
  // UNAVAILABLE if the address cannot be served.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(Settings settings, io::UniqueFd signals);

  // Until SIGTERM or SIGINT has ended everything in order; another one, a second or more after the
  // first, kills what still runs.
  void Run();

 private:
  Daemon(Settings settings, io::UniqueFd signals, StateFolder state);

  absl::Status Serve();
  absl::Status Explained(const absl::Status& why) const;
  void Wait();
  void TakeSignals();
  bool AskedAgain(absl::Time now);
  void TakeLinkEvents();
  void TakeFrames(const agent::RankId& id, FramesRead read);
  void TakeEnds();

  void Do(agent::Effects effects);
  void Carry(const agent::Spawn& spawn);
  void Carry(const agent::WriteStop& stop);
  void Carry(const agent::Kill& kill);
  void Carry(const agent::Register&);
  void Carry(const agent::OpenExchange&);
  void Carry(const agent::CloseExchange&);
  void Carry(const agent::SendReport& report);
  void Carry(const agent::Finish&);

  void Take(LinkRegistered event);
  void Take(LinkOrders event);
  void Take(LinkWritten event);
  void Take(LinkDown event);

  absl::StatusOr<pid_t> StartRank(const agent::Spawn& spawn);
  absl::StatusOr<int64_t> StorePort(const exchange::GangOrder& order);
  void NoteConnection();

  const Settings settings_;
  // Never steps back, as the agent asks.
  const std::function<absl::Time()> clock_ = SteadyNow;
  const io::UniqueFd signals_;
  StateFolder state_;
  std::string storage_;  // absolute; "" until known

  const std::shared_ptr<prometheus::Registry> registry_;
  TrainMetrics metrics_;
  agent::Agent agent_;
  Ranks ranks_;
  std::map<exchange::AttemptId, int64_t> store_ports_;  // of gangs of several ranks that live

  std::string http_address_;
  std::string why_down_;  // as logged last
  bool was_connected_ = false;
  std::optional<absl::Time> asked_to_end_at_;  // first
  bool finished_ = false;
  std::atomic<bool> ready_ = false;  // read by HTTP threads

  // Last, so that they end first: their threads use what is above.
  EventQueue<LinkEvent> link_events_;
  std::unique_ptr<CoordinatorLink> link_;
  std::unique_ptr<metrics::HttpServer> http_;
};

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_DAEMON_H_
