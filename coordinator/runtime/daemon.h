// The coordinator as a process: state folder, loop, gRPC and HTTP servers, put together and taken
// apart in order.
#ifndef NEPA_COORDINATOR_RUNTIME_DAEMON_H_
#define NEPA_COORDINATOR_RUNTIME_DAEMON_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "common/metrics/http_server.h"
#include "common/rpc/channel.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/notify/notifier.h"
#include "coordinator/rpc/job_service.h"
#include "coordinator/rpc/worker_service.h"
#include "coordinator/runtime/folder_remover.h"
#include "coordinator/runtime/loop.h"
#include "coordinator/runtime/options.h"
#include "coordinator/storage/sqlite_store.h"
#include "coordinator/storage/state_lock.h"

namespace nepa::coordinator {

class Daemon {
 public:
  // Serves once this returns OK: endpoints.json is written. FAILED_PRECONDITION if another
  // coordinator has the state folder, DATA_LOSS if its database is damaged, UNAVAILABLE if an
  // address cannot be listened on.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(const Options& options);

  // Ends in order: answers what is under way, closes streams; ranks on workers go on.
  ~Daemon();

 private:
  explicit Daemon(const Options& options) : metrics_(options.series_stay) {}

  absl::Status Open(const Options& options);
  absl::Status StartLoop(const Options& options);
  absl::Status Serve(const Options& options);

  std::string endpoints_;  // path of endpoints.json
  Metrics metrics_;
  std::unique_ptr<storage::StateLock> lock_;
  std::unique_ptr<storage::SqliteStore> store_;
  std::unique_ptr<FolderRemover> remover_;
  std::unique_ptr<Notifier> notifier_;
  std::unique_ptr<Loop> loop_;
  std::optional<JobService> job_service_;
  std::optional<WorkerService> worker_service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<metrics::HttpServer> http_;
};

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RUNTIME_DAEMON_H_
