// What a worker and the coordinator hear from each other: the messages of the worker service, of
// which the first byte picks one. What the coordinator takes, its core then acts on.
#include "common/rpc/exchange.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/core/core_cluster.h"

using nepa::fuzz::Require;
namespace exchange = nepa::exchange;
namespace v1 = nepa::v1;

namespace {

// What was taken from the network can be said again, and is then taken as well.
template <typename Message>
auto Read(const std::string& bytes) {
  Message message;
  using Value = decltype(nepa::rpc::FromMessage(message));
  if (!message.ParseFromString(bytes)) return Value(absl::InvalidArgumentError("no message"));
  const Value value = nepa::rpc::FromMessage(message);
  if (value.ok()) {
    Require(nepa::rpc::FromMessage(nepa::rpc::ToMessage(*value)).ok(),
            "a message that is read is read again");
  }
  return value;
}

// A worker of two slots with a job of which it has reported nothing yet.
void Report(const exchange::Report& report) {
  nepa::testing::CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 2);
  cluster.Submit("job");
  cluster.TellAll(report).IgnoreError();
  cluster.Advance(absl::Hours(1));
  cluster.Tick();
  nepa::rpc::ToMessage(cluster.OrdersOf(worker));
}

void Register(const exchange::Registration& registration) {
  nepa::testing::CoreCluster cluster;
  cluster.Submit("job");
  cluster.Do(
      [&](nepa::core::Draft& draft) { nepa::core::Register(draft, registration).IgnoreError(); });
  cluster.Tick();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string bytes(nepa::fuzz::Text(data, size).substr(1));
  switch (data[0] % 4) {
    case 0:
      if (const auto report = Read<v1::WorkerReport>(bytes); report.ok()) Report(*report);
      break;
    case 1:
      if (const auto worker = Read<v1::RegisterRequest>(bytes); worker.ok()) Register(*worker);
      break;
    case 2:
      Read<v1::WorkerOrders>(bytes).IgnoreError();
      break;
    default:
      Read<v1::RegisterResponse>(bytes).IgnoreError();
  }
  return 0;
}
