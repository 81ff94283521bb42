#include "coordinator/rpc/exchange_stream.h"

#include <memory>
#include <utility>

#include "common/rpc/exchange.h"
#include "coordinator/rpc/latest_writer.h"

namespace nepa::coordinator {
namespace {

using Reactor = grpc::ServerBidiReactor<v1::WorkerReport, v1::WorkerOrders>;

class ExchangeStream : public Reactor {
 public:
  ExchangeStream(Loop& loop, Metrics& metrics)
      : loop_(loop), metrics_(metrics), shared_(std::make_shared<Shared>(this)) {
    shared_->writer.WithReactor([this](Reactor&) { Read(); });
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      loop_.StreamEnded(shared_);
      shared_->writer.Close(absl::OkStatus());
      return;
    }
    absl::StatusOr<exchange::Report> report = rpc::FromMessage(report_);
    shared_->writer.WithReactor([this](Reactor&) { reading_ = false; });
    if (!report.ok()) {
      shared_->writer.Close(report.status());
    } else {
      loop_.TakeReport(shared_, *std::move(report));
    }
  }

  void OnWriteDone(bool ok) override { shared_->writer.WriteDone(ok); }

  void OnCancel() override {
    loop_.StreamEnded(shared_);
    shared_->writer.Close(absl::CancelledError("the worker has gone"));
  }

  void OnDone() override {
    metrics_.CountRpc("Exchange", absl::StatusCodeToString(shared_->writer.why().code()));
    shared_->writer.Gone();
    delete this;
  }

 private:
  // What the loop holds; it outlives the reactor.
  struct Shared : public OrdersSink {
    explicit Shared(ExchangeStream* stream) : writer(stream) {}
    // The next report is read once the last one was answered, so a worker cannot flood the loop.
    void Send(exchange::Orders orders) override {
      writer.WithReactor([](ExchangeStream& stream) { stream.Read(); });
      writer.Send(rpc::ToMessage(orders));
    }
    void Close(absl::Status why) override { writer.Close(std::move(why)); }

    LatestWriter<v1::WorkerOrders, ExchangeStream> writer;
  };

  // With the writer's lock held.
  void Read() {
    if (std::exchange(reading_, true)) return;
    StartRead(&report_);
  }

  Loop& loop_;
  Metrics& metrics_;
  const std::shared_ptr<Shared> shared_;
  v1::WorkerReport report_;
  bool reading_ = false;  // guarded by the writer's lock
};

}  // namespace

Reactor* NewExchangeStream(Loop& loop, Metrics& metrics) {
  return new ExchangeStream(loop, metrics);
}

}  // namespace nepa::coordinator
