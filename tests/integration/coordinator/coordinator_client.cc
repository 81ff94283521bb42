#include "tests/integration/coordinator/coordinator_client.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "common/rpc/exchange.h"
#include "common/rpc/status.h"
#include "tests/support/program.h"

namespace nepa::testing {

std::string SyntheticJob(const std::string& name, int ranks, const std::string& more) {
  return absl::StrCat("name: ", name, "\nkind: pretrain\nresources: {ranks: ", ranks,
                      "}\nmodel: {preset: nepa-base-patch14-224}\n"
                      "data: {train: {format: synthetic, synthetic_count: 64}}\n"
                      "schedule: {epochs: 2}\nbatch: {global: 32}\n",
                      more);
}

People::People(const std::string& address)
    : stub_(v1::JobService::NewStub(rpc::MakeChannel(address))) {}

void People::Prepare(grpc::ClientContext& context, absl::Duration timeout) {
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout));
}

std::string People::NewRequestId() { return absl::StrCat("r-", ::getpid(), "-", ++requests_); }

absl::StatusOr<v1::Job> People::Submit(const std::string& text, const std::string& request_id) {
  grpc::ClientContext context;
  Prepare(context);
  v1::SubmitJobRequest request;
  request.set_request_id(request_id.empty() ? NewRequestId() : request_id);
  request.set_text(text);
  request.set_file("job.yaml");
  request.set_folder("/tmp");
  request.set_user("ann");
  v1::SubmitJobResponse response;
  const absl::Status status = rpc::FromGrpc(stub_->SubmitJob(&context, request, &response));
  if (!status.ok()) return status;
  return response.job();
}

absl::StatusOr<v1::Job> People::Cancel(const std::string& job, const std::string& request_id) {
  grpc::ClientContext context;
  Prepare(context);
  v1::CancelJobRequest request;
  request.set_request_id(request_id.empty() ? NewRequestId() : request_id);
  request.set_job(job);
  v1::CancelJobResponse response;
  const absl::Status status = rpc::FromGrpc(stub_->CancelJob(&context, request, &response));
  if (!status.ok()) return status;
  return response.job();
}

absl::StatusOr<v1::Job> People::Pause(const std::string& job) {
  grpc::ClientContext context;
  Prepare(context);
  v1::PauseJobRequest request;
  request.set_request_id(NewRequestId());
  request.set_job(job);
  v1::PauseJobResponse response;
  const absl::Status status = rpc::FromGrpc(stub_->PauseJob(&context, request, &response));
  if (!status.ok()) return status;
  return response.job();
}

absl::StatusOr<v1::Job> People::Resume(const std::string& job) {
  grpc::ClientContext context;
  Prepare(context);
  v1::ResumeJobRequest request;
  request.set_request_id(NewRequestId());
  request.set_job(job);
  v1::ResumeJobResponse response;
  const absl::Status status = rpc::FromGrpc(stub_->ResumeJob(&context, request, &response));
  if (!status.ok()) return status;
  return response.job();
}

absl::Status People::Delete(const std::string& job, bool keep_checkpoints) {
  grpc::ClientContext context;
  Prepare(context);
  v1::DeleteJobRequest request;
  request.set_request_id(NewRequestId());
  request.set_job(job);
  request.set_keep_checkpoints(keep_checkpoints);
  v1::DeleteJobResponse response;
  return rpc::FromGrpc(stub_->DeleteJob(&context, request, &response));
}

absl::StatusOr<v1::Job> People::Get(const std::string& job) {
  grpc::ClientContext context;
  Prepare(context);
  v1::GetJobRequest request;
  request.set_job(job);
  v1::GetJobResponse response;
  const absl::Status status = rpc::FromGrpc(stub_->GetJob(&context, request, &response));
  if (!status.ok()) return status;
  return response.job();
}

std::vector<v1::Job> People::List(int64_t limit) {
  grpc::ClientContext context;
  Prepare(context);
  v1::ListJobsRequest request;
  request.set_limit(limit);
  v1::ListJobsResponse response;
  const grpc::Status status = stub_->ListJobs(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return {response.jobs().begin(), response.jobs().end()};
}

bool People::WaitForPhase(const std::string& job, v1::Phase phase, absl::Duration timeout) {
  return WaitUntil(
      [&] {
        const absl::StatusOr<v1::Job> now = Get(job);
        return now.ok() && now->phase() == phase;
      },
      timeout);
}

FakeWorker::FakeWorker(const std::string& address, const std::string& name, int64_t slots)
    : stub_(v1::WorkerService::NewStub(rpc::MakeChannel(address))), name_(name), slots_(slots) {}

FakeWorker::~FakeWorker() { Disconnect(); }

absl::Status FakeWorker::Register() {
  Disconnect();
  grpc::ClientContext context;
  People::Prepare(context);
  v1::RegisterResponse response;
  const grpc::Status status = stub_->Register(
      &context,
      rpc::ToMessage(exchange::Registration{name_, "127.0.0.1", "", slots_, "cpu", {}, "1"}),
      &response);
  if (!status.ok()) return rpc::FromGrpc(status);
  registered_ = rpc::FromMessage(response).value();
  number_ = 0;
  Connect();
  return Tell().status();
}

void FakeWorker::Connect() {
  Disconnect();
  context_ = std::make_unique<grpc::ClientContext>();
  context_->set_wait_for_ready(true);
  People::Prepare(*context_, absl::Seconds(60));
  stream_ = stub_->Exchange(context_.get());
}

void FakeWorker::Disconnect() {
  if (stream_ == nullptr) return;
  context_->TryCancel();
  Finish().IgnoreError();
}

absl::Status FakeWorker::Finish() {
  v1::WorkerOrders left;
  while (stream_->Read(&left)) {
  }
  const absl::Status status = rpc::FromGrpc(stream_->Finish());
  stream_.reset();
  context_.reset();
  return status.ok() ? absl::UnavailableError("the stream ended") : status;
}

absl::StatusOr<exchange::Orders> FakeWorker::Tell(const std::vector<Item>& items, bool leaving) {
  if (stream_ == nullptr) return absl::FailedPreconditionError("not connected");
  exchange::Report report;
  report.worker_id = registered_.worker_id;
  report.incarnation = registered_.incarnation;
  report.leaving = leaving;
  for (const Item& item : items) report.outbox.push_back({++number_, item});
  if (!stream_->Write(rpc::ToMessage(report))) return Finish();
  return WaitFor([this](const exchange::Orders& orders) { return orders.acknowledged >= number_; });
}

absl::StatusOr<exchange::Orders> FakeWorker::WaitFor(
    const std::function<bool(const exchange::Orders&)>& condition) {
  v1::WorkerOrders message;
  while (stream_->Read(&message)) {
    absl::StatusOr<exchange::Orders> orders = rpc::FromMessage(message);
    if (!orders.ok() || condition(*orders)) return orders;
  }
  return Finish();
}

exchange::GangOrder FakeWorker::WaitForGang() {
  exchange::GangOrder gang;
  const auto orders = Tell();
  if (orders.ok() && !orders->gangs.empty()) return orders->gangs.front();
  const auto later = WaitFor([](const exchange::Orders& each) { return !each.gangs.empty(); });
  EXPECT_TRUE(later.ok()) << later.status();
  return later.ok() ? later->gangs.front() : gang;
}

}  // namespace nepa::testing
