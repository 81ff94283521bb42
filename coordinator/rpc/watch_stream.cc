#include "coordinator/rpc/watch_stream.h"

#include <memory>
#include <utility>

#include "coordinator/rpc/latest_writer.h"
#include "coordinator/rpc/messages.h"

namespace nepa::coordinator {
namespace {

using Reactor = grpc::ServerWriteReactor<v1::WatchJobResponse>;
using Writer = LatestWriter<v1::WatchJobResponse, Reactor>;

class Sink : public JobSink {
 public:
  explicit Sink(std::shared_ptr<Writer> writer) : writer_(std::move(writer)) {}

  void Show(const View& view, const state::Job& job) override {
    v1::WatchJobResponse response;
    *response.mutable_job() = ToMessage(view, job, JobFileToo::kNo);
    writer_->Send(std::move(response));
  }
  void Close(absl::Status why) override { writer_->Close(std::move(why)); }
  bool gone() const override { return writer_->closing(); }

 private:
  const std::shared_ptr<Writer> writer_;
};

class WatchStream : public Reactor {
 public:
  explicit WatchStream(Metrics& metrics) : metrics_(metrics) {}

  std::shared_ptr<JobSink> sink() const { return std::make_shared<Sink>(writer_); }

  void OnWriteDone(bool ok) override { writer_->WriteDone(ok); }
  void OnCancel() override { writer_->Close(absl::CancelledError("nobody watches any more")); }
  void OnDone() override {
    metrics_.CountRpc("WatchJob", absl::StatusCodeToString(writer_->why().code()));
    writer_->Gone();
    delete this;
  }

 private:
  Metrics& metrics_;
  const std::shared_ptr<Writer> writer_ = std::make_shared<Writer>(this);
};

}  // namespace

Reactor* NewWatchStream(Loop& loop, Metrics& metrics, const std::string& job) {
  auto* stream = new WatchStream(metrics);
  loop.Watch(job, stream->sink());
  return stream;
}

}  // namespace nepa::coordinator
