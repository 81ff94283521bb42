#include "coordinator/rpc/watch_stream.h"

#include <memory>
#include <utility>

#include "coordinator/rpc/latest_writer.h"
#include "coordinator/rpc/messages.h"
#include "coordinator/rpc/watched_jobs.h"

namespace nepa::coordinator {
namespace {

template <typename Response>
using Reactor = grpc::ServerWriteReactor<Response>;
template <typename Response>
using Writer = LatestWriter<Response, Reactor<Response>>;

class OneJobSink : public JobSink {
 public:
  explicit OneJobSink(std::shared_ptr<Writer<v1::WatchJobResponse>> writer)
      : writer_(std::move(writer)) {}

  void Show(const View& view, const state::Job& job) override {
    v1::WatchJobResponse response;
    *response.mutable_job() = ToMessage(view, job, JobFileToo::kNo);
    writer_->Send(std::move(response));
  }
  void Close(absl::Status why) override { writer_->Close(std::move(why)); }
  bool gone() const override { return writer_->closing(); }

 private:
  const std::shared_ptr<Writer<v1::WatchJobResponse>> writer_;
};

class AllJobsSink : public ClusterSink {
 public:
  AllJobsSink(std::shared_ptr<Writer<v1::WatchJobsResponse>> writer, int64_t limit)
      : writer_(std::move(writer)), limit_(limit) {}

  void Show(const View& view) override { writer_->Send(WatchedJobs(view, limit_)); }
  void Close(absl::Status why) override { writer_->Close(std::move(why)); }
  bool gone() const override { return writer_->closing(); }

 private:
  const std::shared_ptr<Writer<v1::WatchJobsResponse>> writer_;
  const int64_t limit_;
};

template <typename Response>
class WatchStream : public Reactor<Response> {
 public:
  WatchStream(Metrics& metrics, const char* method) : metrics_(metrics), method_(method) {}

  const std::shared_ptr<Writer<Response>>& writer() const { return writer_; }

  void OnWriteDone(bool ok) override { writer_->WriteDone(ok); }
  void OnCancel() override { writer_->Close(absl::CancelledError("nobody watches any more")); }
  void OnDone() override {
    metrics_.CountRpc(method_, absl::StatusCodeToString(writer_->why().code()));
    writer_->Gone();
    delete this;
  }

 private:
  Metrics& metrics_;
  const char* const method_;
  const std::shared_ptr<Writer<Response>> writer_ = std::make_shared<Writer<Response>>(this);
};

}  // namespace

Reactor<v1::WatchJobResponse>* NewWatchStream(Loop& loop, Metrics& metrics,
                                              const std::string& job) {
  auto* stream = new WatchStream<v1::WatchJobResponse>(metrics, "WatchJob");
  loop.Watch(job, std::make_shared<OneJobSink>(stream->writer()));
  return stream;
}

Reactor<v1::WatchJobsResponse>* NewClusterWatchStream(Loop& loop, Metrics& metrics, int64_t limit) {
  auto* stream = new WatchStream<v1::WatchJobsResponse>(metrics, "WatchJobs");
  loop.WatchAll(std::make_shared<AllJobsSink>(stream->writer(), limit));
  return stream;
}

}  // namespace nepa::coordinator
