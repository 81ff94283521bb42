#include "tests/support/other_version.h"

#include <gtest/gtest.h>

#include <utility>

#include "common/rpc/channel.h"
#include "common/rpc/protocol.h"
#include "common/rpc/status.h"
#include "nepa/v1/job_service.grpc.pb.h"
#include "nepa/v1/worker_service.grpc.pb.h"

namespace nepa::testing {
namespace {

class Jobs final : public v1::JobService::Service {
 public:
  explicit Jobs(rpc::Protocol spoken) : spoken_(std::move(spoken)) {}

 private:
  grpc::Status GetVersion(grpc::ServerContext* context, const v1::GetVersionRequest*,
                          v1::GetVersionResponse* response) override {
    response->set_version(spoken_.version);
    context->AddTrailingMetadata(rpc::kProtocolKey, rpc::Encode(spoken_));
    return grpc::Status::OK;
  }
  // What must not be reached.
  grpc::Status ListJobs(grpc::ServerContext*, const v1::ListJobsRequest*,
                        v1::ListJobsResponse*) override {
    ADD_FAILURE() << "a request to a coordinator of another version";
    return grpc::Status::OK;
  }

  const rpc::Protocol spoken_;
};

class Workers final : public v1::WorkerService::Service {
 public:
  explicit Workers(rpc::Protocol spoken) : spoken_(std::move(spoken)) {}

 private:
  grpc::Status Register(grpc::ServerContext* context, const v1::RegisterRequest* request,
                        v1::RegisterResponse*) override {
    const auto shown = context->client_metadata().find(rpc::kProtocolKey);
    EXPECT_NE(shown, context->client_metadata().end()) << "the worker does not say what it speaks";
    if (shown == context->client_metadata().end()) return grpc::Status::CANCELLED;
    return rpc::ToGrpc(
        rpc::CheckProtocol("worker " + request->name(), "nepa-worker",
                           rpc::DecodeProtocol({shown->second.data(), shown->second.size()}),
                           "the coordinator", spoken_));
  }

  const rpc::Protocol spoken_;
};

rpc::Protocol Spoken(int newer_by) {
  const rpc::Protocol ours = rpc::OurProtocol();
  return {ours.newest + newer_by, ours.newest + newer_by, newer_by > 0 ? "9.0.0" : "0.0.1"};
}

}  // namespace

class OtherVersion::Impl {
 public:
  explicit Impl(int newer_by) : jobs_(Spoken(newer_by)), workers_(Spoken(newer_by)) {
    auto listening = rpc::Listen("127.0.0.1:0", {&jobs_, &workers_});
    if (!listening.ok()) {
      ADD_FAILURE() << listening.status();
      return;
    }
    server_ = std::move(listening->server);
    address_ = listening->address;
  }
  ~Impl() {
    if (server_ != nullptr) server_->Shutdown();
  }
  const std::string& address() const { return address_; }

 private:
  Jobs jobs_;
  Workers workers_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

OtherVersion::OtherVersion(int newer_by) : impl_(std::make_unique<Impl>(newer_by)) {}
OtherVersion::~OtherVersion() = default;
const std::string& OtherVersion::address() const { return impl_->address(); }

}  // namespace nepa::testing
