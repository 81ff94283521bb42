// The worker's end of nepa.v1.WorkerService: one registration or one exchange at a time, over a
// channel that reconnects by itself.
//
// Register, Open, Send, ReadNext and Close are called by one thread. What comes of them arrives at
// `sink`, called on gRPC's threads, one event at a time; it must hand the event over and return. No
// event comes after the destructor has begun. At most one of each kind of event is on its way, so
// that what waits behind `sink` is bounded.
#ifndef NEPA_WORKER_RPC_COORDINATOR_LINK_H_
#define NEPA_WORKER_RPC_COORDINATOR_LINK_H_

#include <grpcpp/channel.h>
#include <nepa/v1/worker_service.grpc.pb.h>

#include <functional>
#include <memory>
#include <variant>

#include "absl/status/status.h"
#include "common/exchange/exchange.h"

namespace nepa::worker {

struct LinkRegistered {
  exchange::Registered registered;
};
struct LinkOrders {
  exchange::Orders orders;  // no others come before ReadNext()
};
struct LinkWritten {};
// Register failed, or the exchange ended. ABORTED and NOT_FOUND: the incarnation is refused.
struct LinkDown {
  absl::Status why;  // never OK
};
using LinkEvent = std::variant<LinkRegistered, LinkOrders, LinkWritten, LinkDown>;

class CoordinatorLink {
 public:
  using Sink = std::function<void(LinkEvent)>;

  CoordinatorLink(std::shared_ptr<grpc::Channel> channel, Sink sink);
  // Ends what is under way and waits for it.
  ~CoordinatorLink();

  // Ends in LinkRegistered or LinkDown, after a few seconds at the latest.
  void Register(const exchange::Registration& registration);
  // Waits for the coordinator as long as it takes. Orders may come from now on; ends in LinkDown.
  void Open();
  // Ends in LinkWritten, or not at all when the exchange ends. One at a time.
  void Send(const exchange::Report& report);
  void ReadNext();
  // LinkDown follows at once.
  void Close();

 private:
  class Call;
  class Registering;
  class Exchanging;

  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::WorkerService::Stub> stub_;
  const Sink sink_;
  std::shared_ptr<Registering> registering_;
  std::shared_ptr<Exchanging> exchanging_;
};

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RPC_COORDINATOR_LINK_H_
