#include "worker/rpc/coordinator_link.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <chrono>
#include <utility>

#include "common/base/mutex.h"
#include "common/rpc/exchange.h"
#include "common/rpc/protocol.h"
#include "common/rpc/status.h"

namespace nepa::worker {
namespace {

constexpr std::chrono::seconds kRegisterTimeout{5};

// The exchange never ends well: the coordinator holds it open for as long as it lives.
absl::Status WhyDown(absl::Status status) {
  return status.ok() ? absl::UnavailableError("the coordinator closed the exchange") : status;
}

}  // namespace

// What both kinds of call share: an end that the destructor can wait for, and that outlives its
// owner until gRPC has let go.
class CoordinatorLink::Call {
 public:
  explicit Call(Sink sink) : sink_(std::move(sink)) {
    context_.set_wait_for_ready(true);  // a coordinator that is away is waited for
  }
  virtual ~Call() = default;

  void Cancel() { context_.TryCancel(); }

  // Cancels, hands nothing over any more, and waits.
  void Abandon() {
    Cancel();
    MutexLock lock(mutex_);
    abandoned_ = true;
    while (!done_) condition_.Wait(lock);
  }

 protected:
  void HandOver(LinkEvent event) {
    MutexLock lock(mutex_);
    if (!abandoned_) sink_(std::move(event));
  }

  // The last event of a call; after it Abandon() returns.
  void Finish(LinkEvent event) {
    HandOver(std::move(event));
    MutexLock lock(mutex_);
    done_ = true;
    condition_.NotifyAll();
  }

  grpc::ClientContext context_;

 private:
  const Sink sink_;
  Mutex mutex_;
  Condition condition_;
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
};

class CoordinatorLink::Registering : public Call {
 public:
  using Call::Call;

  void Start(v1::WorkerService::Stub& stub, const exchange::Registration& registration,
             std::shared_ptr<Registering> self) {
    request_ = rpc::ToMessage(registration);
    context_.AddMetadata(rpc::kProtocolKey, rpc::Encode(rpc::OurProtocol()));
    context_.set_deadline(std::chrono::system_clock::now() + kRegisterTimeout);
    stub.async()->Register(&context_, &request_, &response_,
                           [self = std::move(self)](grpc::Status status) { self->Done(status); });
  }

 private:
  void Done(const grpc::Status& status) {
    if (!status.ok()) return Finish(LinkDown{rpc::FromGrpc(status)});
    absl::StatusOr<exchange::Registered> registered = rpc::FromMessage(response_);
    if (!registered.ok()) return Finish(LinkDown{registered.status()});
    Finish(LinkRegistered{*std::move(registered)});
  }

  v1::RegisterRequest request_;
  v1::RegisterResponse response_;
};

class CoordinatorLink::Exchanging
    : public Call,
      public grpc::ClientBidiReactor<v1::WorkerReport, v1::WorkerOrders> {
 public:
  using Call::Call;

  void Start(v1::WorkerService::Stub& stub, std::shared_ptr<Exchanging> self) {
    self_ = std::move(self);
    stub.async()->Exchange(&context_, this);
    StartRead(&orders_);
    AddHold();  // for Send and ReadNext, which come from outside gRPC's callbacks
    StartCall();
  }

  void Send(const exchange::Report& report) {
    MutexLock lock(open_mutex_);
    if (!open_) return;
    report_ = rpc::ToMessage(report);
    StartWrite(&report_);
  }

  void ReadNext() {
    MutexLock lock(open_mutex_);
    if (open_) StartRead(&orders_);
  }

  // No more Send and ReadNext; without it OnDone never comes.
  void Release() {
    MutexLock lock(open_mutex_);
    if (std::exchange(open_, false)) RemoveHold();
  }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return Release();
    absl::StatusOr<exchange::Orders> orders = rpc::FromMessage(orders_);
    if (orders.ok()) return HandOver(LinkOrders{*std::move(orders)});
    refused_ = orders.status();
    Cancel();
    Release();
  }

  void OnWriteDone(bool ok) override {
    if (ok) return HandOver(LinkWritten{});
    // The end of the exchange is on its way; where no read is under way nobody else notices.
    Cancel();
    Release();
  }

  void OnDone(const grpc::Status& status) override {
    const std::shared_ptr<Exchanging> self = std::move(self_);
    Finish(LinkDown{refused_.ok() ? WhyDown(rpc::FromGrpc(status)) : refused_});
  }

  std::shared_ptr<Exchanging> self_;
  v1::WorkerReport report_;
  v1::WorkerOrders orders_;
  absl::Status refused_;  // orders that cannot be; written before OnDone, read in it

  Mutex open_mutex_;
  bool open_ ABSL_GUARDED_BY(open_mutex_) = true;
};

CoordinatorLink::CoordinatorLink(std::shared_ptr<grpc::Channel> channel, Sink sink)
    : channel_(std::move(channel)),
      stub_(v1::WorkerService::NewStub(channel_)),
      sink_(std::move(sink)) {}

CoordinatorLink::~CoordinatorLink() {
  if (registering_ != nullptr) registering_->Abandon();
  if (exchanging_ != nullptr) {
    exchanging_->Release();
    exchanging_->Abandon();
  }
}

void CoordinatorLink::Register(const exchange::Registration& registration) {
  registering_ = std::make_shared<Registering>(sink_);
  registering_->Start(*stub_, registration, registering_);
}

void CoordinatorLink::Open() {
  exchanging_ = std::make_shared<Exchanging>(sink_);
  exchanging_->Start(*stub_, exchanging_);
}

void CoordinatorLink::Send(const exchange::Report& report) {
  if (exchanging_ != nullptr) exchanging_->Send(report);
}

void CoordinatorLink::ReadNext() {
  if (exchanging_ != nullptr) exchanging_->ReadNext();
}

void CoordinatorLink::Close() {
  if (exchanging_ == nullptr) return;
  exchanging_->Cancel();
  exchanging_->Release();
}

}  // namespace nepa::worker
