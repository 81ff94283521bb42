// What people and workers say to a coordinator, for tests.
#ifndef NEPA_TESTS_INTEGRATION_COORDINATOR_COORDINATOR_CLIENT_H_
#define NEPA_TESTS_INTEGRATION_COORDINATOR_COORDINATOR_CLIENT_H_

#include <nepa/v1/job_service.grpc.pb.h>
#include <nepa/v1/worker_service.grpc.pb.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/exchange/exchange.h"

namespace nepa::testing {

// A job file that asks for `ranks` ranks on synthetic images.
std::string SyntheticJob(const std::string& name, int ranks = 1, const std::string& more = "");

class People {
 public:
  explicit People(const std::string& address);

  // `request_id` "": a new one.
  absl::StatusOr<v1::Job> Submit(const std::string& text, const std::string& request_id = "");
  absl::StatusOr<v1::Job> Cancel(const std::string& job, const std::string& request_id = "");
  absl::StatusOr<v1::Job> Pause(const std::string& job);
  absl::StatusOr<v1::Job> Resume(const std::string& job);
  absl::Status Delete(const std::string& job, bool keep_checkpoints = false);
  absl::StatusOr<v1::Job> Get(const std::string& job);
  std::vector<v1::Job> List(int64_t limit = 0);
  bool WaitForPhase(const std::string& job, v1::Phase phase,
                    absl::Duration timeout = absl::Seconds(20));
  std::string NewRequestId();

  v1::JobService::Stub& stub() { return *stub_; }
  // With a deadline.
  static void Prepare(grpc::ClientContext& context, absl::Duration timeout = absl::Seconds(10));

 private:
  const std::unique_ptr<v1::JobService::Stub> stub_;
  int64_t requests_ = 0;
};

// A worker that does what the test says.
class FakeWorker {
 public:
  using Item = decltype(exchange::OutboxItem::what);

  FakeWorker(const std::string& address, const std::string& name, int64_t slots);
  ~FakeWorker();

  absl::Status Register();
  // Opens a stream with the present incarnation; the next Tell is its first report.
  void Connect();
  void Disconnect();

  // Reports with what is unacknowledged and `items`, and returns the orders that answer it: the
  // first that acknowledge all of it.
  absl::StatusOr<exchange::Orders> Tell(const std::vector<Item>& items = {}, bool leaving = false);
  // Waits for orders that fulfil `condition`; those that don't are dropped.
  absl::StatusOr<exchange::Orders> WaitFor(
      const std::function<bool(const exchange::Orders&)>& condition);
  // The first order to run a gang.
  exchange::GangOrder WaitForGang();

  exchange::Registered& registered() { return registered_; }

 private:
  absl::Status Finish();

  const std::unique_ptr<v1::WorkerService::Stub> stub_;
  const std::string name_;
  const int64_t slots_;
  exchange::Registered registered_;
  int64_t number_ = 0;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::WorkerReport, v1::WorkerOrders>> stream_;
};

}  // namespace nepa::testing

#endif  // NEPA_TESTS_INTEGRATION_COORDINATOR_COORDINATOR_CLIENT_H_
