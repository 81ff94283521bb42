// The coordinator's side of WorkerService for tests of the worker alone: a real server on a real
// port that orders what the test says, and can do what the real one does rarely: refuse an
// incarnation, fall silent, go away.
//
// Its methods are for the test's thread; the service runs on gRPC's.
#ifndef NEPA_TESTS_INTEGRATION_WORKER_SCRIPTED_COORDINATOR_H_
#define NEPA_TESTS_INTEGRATION_WORKER_SCRIPTED_COORDINATOR_H_

#include <grpcpp/server.h>
#include <nepa/v1/worker_service.grpc.pb.h>

#include <memory>
#include <string>
#include <vector>

#include "common/base/mutex.h"
#include "common/exchange/exchange.h"

namespace nepa::worker {

class ScriptedCoordinator : public v1::WorkerService::Service {
 public:
  ScriptedCoordinator() { Start(); }
  ~ScriptedCoordinator() override { Stop(); }

  // Comes back at the same address.
  void Start();
  void Stop();
  const std::string& address() const { return address_; }

  // What the worker should run from now on; said at once.
  void Order(std::vector<exchange::GangOrder> gangs);
  // The next report is answered with ABORTED.
  void FenceNext();
  // Reports are read but no orders come any more, until false.
  void BeSilent(bool silent);

  // What the worker has said.
  exchange::Report last_report();
  exchange::Registration registration();
  int registrations();
  // Everything of the outboxes of the newest incarnation, each number once.
  std::vector<exchange::OutboxItem> arrived();
  std::vector<exchange::RankExited> exits();

 private:
  using Stream = grpc::ServerReaderWriter<v1::WorkerOrders, v1::WorkerReport>;

  grpc::Status Register(grpc::ServerContext*, const v1::RegisterRequest* request,
                        v1::RegisterResponse* response) override;
  grpc::Status Exchange(grpc::ServerContext*, Stream* stream) override;
  void SayOrders() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::string address_ = "127.0.0.1:0";
  std::unique_ptr<grpc::Server> server_;

  Mutex mutex_;
  Stream* stream_ ABSL_GUARDED_BY(mutex_) = nullptr;
  exchange::Registration registration_ ABSL_GUARDED_BY(mutex_);
  exchange::Report last_report_ ABSL_GUARDED_BY(mutex_);
  exchange::Orders orders_ ABSL_GUARDED_BY(mutex_);
  std::vector<exchange::OutboxItem> arrived_ ABSL_GUARDED_BY(mutex_);
  bool fence_next_ ABSL_GUARDED_BY(mutex_) = false;
  bool silent_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace nepa::worker

#endif  // NEPA_TESTS_INTEGRATION_WORKER_SCRIPTED_COORDINATOR_H_
