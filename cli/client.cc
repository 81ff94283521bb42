#include "cli/client.h"

#include <map>
#include <type_traits>
#include <utility>

#include "cli/connection.h"
#include "cli/request_id.h"
#include "cli/words.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/rpc/time.h"

namespace nepa::cli {
namespace {

constexpr absl::Duration kVerifyPatience = absl::Hours(1);

// A method of the stub that takes one message and gives one.
template <typename Request, typename Response>
using Method = grpc::Status (v1::JobService::Stub::*)(grpc::ClientContext*, const Request&,
                                                      Response*);

template <typename Request, typename Response>
absl::StatusOr<Response> Unary(auto& connection, Method<Request, Response> method,
                               const Request& request, absl::Duration patience) {
  Response response;
  NEPA_RETURN_IF_ERROR(connection.Call(patience, [&](absl::Duration left) {
    grpc::ClientContext context;
    context.set_deadline(connection.Deadline(left));
    response.Clear();
    return (connection.stub.get()->*method)(&context, request, &response);
  }));
  return response;
}

template <typename Request, typename Response>
absl::StatusOr<Response> Unary(auto& connection, Method<Request, Response> method,
                               const Request& request) {
  return Unary(connection, method, request, connection.timeout);
}

// A request that changes the job it names.
template <typename Request, typename Response>
absl::StatusOr<v1::Job> ChangeJob(auto& connection, Method<Request, Response> method,
                                  const std::string& job) {
  Request request;
  request.set_request_id(NewRequestId());
  request.set_job(job);
  NEPA_ASSIGN_OR_RETURN(Response response, Unary(connection, method, request));
  return std::move(*response.mutable_job());
}

// A method of the stub that gives a stream.
template <typename Request, typename Response>
using StreamMethod = std::unique_ptr<grpc::ClientReader<Response>> (v1::JobService::Stub::*)(
    grpc::ClientContext*, const Request&);

// Reads the stream until `on_response` says that this was the last, and opens it again where it
// broke.
template <typename Request, typename Response>
absl::Status Watch(auto& connection, StreamMethod<Request, Response> method, const Request& request,
                   const std::stop_token& stop,
                   const std::type_identity_t<std::function<bool(const Response&)>>& on_response) {
  bool got_some = false;
  return connection.Call(
      connection.timeout,
      [&](absl::Duration) {
        grpc::ClientContext context;
        const std::stop_callback cancel(stop, [&] { context.TryCancel(); });
        got_some = false;
        bool ended = false;
        Response response;
        const auto reader = (connection.stub.get()->*method)(&context, request);
        while (reader->Read(&response)) {
          got_some = true;
          ended = on_response(response);
        }
        const grpc::Status status = reader->Finish();
        if (!status.ok() || ended) return status;
        // A coordinator that stops in order ends its streams well.
        return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the stream ended");
      },
      [&] { return got_some; }, stop);
}

template <typename T>
std::vector<T> ToVector(google::protobuf::RepeatedPtrField<T>* field) {
  return {std::make_move_iterator(field->begin()), std::make_move_iterator(field->end())};
}

}  // namespace

using Stub = v1::JobService::Stub;

Client::Client(std::string address, absl::Duration timeout, credentials::ClientFiles doors)
    : connection_(std::make_unique<Connection>(std::move(address), timeout, std::move(doors))) {}
Client::~Client() = default;

const std::string& Client::address() const { return connection_->address; }

absl::StatusOr<v1::Job> Client::SubmitJob(v1::SubmitJobRequest request) {
  request.set_request_id(NewRequestId());
  v1::SubmitJobResponse response;
  NEPA_RETURN_IF_ERROR(connection_->Call(connection_->timeout, [&](absl::Duration left) {
    grpc::ClientContext context;
    context.set_deadline(Connection::Deadline(left));
    response.Clear();
    *request.mutable_sent_at() = rpc::ToMessage(SteadyNow());
    return connection_->stub->SubmitJob(&context, request, &response);
  }));
  return std::move(*response.mutable_job());
}

absl::StatusOr<v1::Job> Client::CancelJob(const std::string& job) {
  return ChangeJob(*connection_, &Stub::CancelJob, job);
}
absl::StatusOr<v1::Job> Client::PauseJob(const std::string& job) {
  return ChangeJob(*connection_, &Stub::PauseJob, job);
}
absl::StatusOr<v1::Job> Client::ResumeJob(const std::string& job) {
  return ChangeJob(*connection_, &Stub::ResumeJob, job);
}

absl::Status Client::DeleteJob(const std::string& job, bool keep_checkpoints) {
  v1::DeleteJobRequest request;
  request.set_request_id(NewRequestId());
  request.set_job(job);
  request.set_keep_checkpoints(keep_checkpoints);
  return Unary(*connection_, &Stub::DeleteJob, request).status();
}

absl::StatusOr<v1::Job> Client::SetPriority(const std::string& job, int64_t priority) {
  v1::SetPriorityRequest request;
  request.set_request_id(NewRequestId());
  request.set_job(job);
  request.set_priority(priority);
  NEPA_ASSIGN_OR_RETURN(auto response, Unary(*connection_, &Stub::SetPriority, request));
  return std::move(*response.mutable_job());
}

absl::StatusOr<std::vector<v1::Job>> Client::ListJobs(int64_t limit) {
  v1::ListJobsRequest request;
  request.set_limit(limit);
  NEPA_ASSIGN_OR_RETURN(auto response, Unary(*connection_, &Stub::ListJobs, request));
  return ToVector(response.mutable_jobs());
}

absl::StatusOr<v1::Job> Client::GetJob(const std::string& job) {
  v1::GetJobRequest request;
  request.set_job(job);
  NEPA_ASSIGN_OR_RETURN(auto response, Unary(*connection_, &Stub::GetJob, request));
  return std::move(*response.mutable_job());
}

absl::StatusOr<v1::ExplainJobResponse> Client::ExplainJob(const std::string& job) {
  v1::ExplainJobRequest request;
  request.set_job(job);
  return Unary(*connection_, &Stub::ExplainJob, request);
}

absl::StatusOr<std::vector<v1::MetricPoint>> Client::GetMetrics(const std::string& job,
                                                                int64_t from_step) {
  v1::GetMetricsRequest request;
  request.set_job(job);
  request.set_from_step(from_step);
  NEPA_ASSIGN_OR_RETURN(auto response, Unary(*connection_, &Stub::GetMetrics, request));
  return ToVector(response.mutable_points());
}

absl::StatusOr<std::vector<v1::Event>> Client::ListEvents(const std::string& job) {
  v1::ListEventsRequest request;
  request.set_job(job);
  NEPA_ASSIGN_OR_RETURN(auto response, Unary(*connection_, &Stub::ListEvents, request));
  return ToVector(response.mutable_events());
}

absl::StatusOr<std::vector<v1::TraceSpan>> Client::GetTrace(const std::string& job) {
  v1::GetTraceRequest request;
  request.set_job(job);
  NEPA_ASSIGN_OR_RETURN(auto response, Unary(*connection_, &Stub::GetTrace, request));
  return ToVector(response.mutable_spans());
}

absl::StatusOr<std::vector<v1::Checkpoint>> Client::ListCheckpoints(const std::string& job,
                                                                    int64_t limit) {
  v1::ListCheckpointsRequest request;
  request.set_job(job);
  request.set_limit(limit);
  NEPA_ASSIGN_OR_RETURN(auto response, Unary(*connection_, &Stub::ListCheckpoints, request));
  return ToVector(response.mutable_checkpoints());
}

absl::StatusOr<v1::Checkpoint> Client::GetCheckpoint(const std::string& id) {
  v1::GetCheckpointRequest request;
  request.set_id(id);
  NEPA_ASSIGN_OR_RETURN(auto response, Unary(*connection_, &Stub::GetCheckpoint, request));
  return std::move(*response.mutable_checkpoint());
}

absl::StatusOr<v1::VerifyCheckpointResponse> Client::VerifyCheckpoint(const std::string& id) {
  v1::VerifyCheckpointRequest request;
  request.set_request_id(NewRequestId());
  request.set_id(id);
  return Unary(*connection_, &Stub::VerifyCheckpoint, request, kVerifyPatience);
}

absl::StatusOr<v1::Checkpoint> Client::PinCheckpoint(const std::string& id, bool pinned) {
  v1::PinCheckpointRequest request;
  request.set_request_id(NewRequestId());
  request.set_id(id);
  request.set_pinned(pinned);
  NEPA_ASSIGN_OR_RETURN(auto response, Unary(*connection_, &Stub::PinCheckpoint, request));
  return std::move(*response.mutable_checkpoint());
}

absl::Status Client::DeleteCheckpoint(const std::string& id) {
  v1::DeleteCheckpointRequest request;
  request.set_request_id(NewRequestId());
  request.set_id(id);
  return Unary(*connection_, &Stub::DeleteCheckpoint, request).status();
}

absl::StatusOr<v1::Worker> Client::DrainWorker(v1::DrainWorkerRequest request) {
  request.set_request_id(NewRequestId());
  NEPA_ASSIGN_OR_RETURN(auto response, Unary(*connection_, &Stub::DrainWorker, request));
  return std::move(*response.mutable_worker());
}

absl::StatusOr<v1::Worker> Client::UndrainWorker(const std::string& worker) {
  v1::UndrainWorkerRequest request;
  request.set_request_id(NewRequestId());
  request.set_worker(worker);
  NEPA_ASSIGN_OR_RETURN(auto response, Unary(*connection_, &Stub::UndrainWorker, request));
  return std::move(*response.mutable_worker());
}

absl::StatusOr<std::vector<v1::Worker>> Client::ListWorkers() {
  NEPA_ASSIGN_OR_RETURN(auto response,
                        Unary(*connection_, &Stub::ListWorkers, v1::ListWorkersRequest()));
  return ToVector(response.mutable_workers());
}

absl::StatusOr<std::string> Client::GetVersion() {
  NEPA_ASSIGN_OR_RETURN(auto response,
                        Unary(*connection_, &Stub::GetVersion, v1::GetVersionRequest()));
  return response.version();
}

absl::Status Client::WatchJob(const std::string& job, std::stop_token stop,
                              const std::function<void(const v1::Job&)>& on_job) {
  v1::WatchJobRequest request;
  request.set_job(job);
  return Watch(*connection_, &Stub::WatchJob, request, stop,
               [&](const v1::WatchJobResponse& response) {
                 on_job(response.job());
                 return IsFinal(response.job().phase());
               });
}

absl::Status Client::WatchJobs(int64_t limit, std::stop_token stop,
                               const std::function<void(const v1::WatchJobsResponse&)>& on_news) {
  v1::WatchJobsRequest request;
  request.set_limit(limit);
  return Watch(*connection_, &Stub::WatchJobs, request, stop,
               [&](const v1::WatchJobsResponse& response) {
                 on_news(response);
                 return false;
               });
}

absl::Status Client::ReadLogs(
    const v1::ReadLogsRequest& request,
    const std::function<absl::Status(const v1::ReadLogsResponse&)>& on_piece) {
  std::map<std::pair<int64_t, int32_t>, size_t> seen_bytes;  // by attempt and rank
  bool got_some = false;
  absl::Status refused;
  NEPA_RETURN_IF_ERROR(connection_->Call(
      connection_->timeout,
      [&](absl::Duration) {
        grpc::ClientContext context;
        std::map<std::pair<int64_t, int32_t>, size_t> offset_bytes;
        got_some = false;
        v1::ReadLogsResponse response;
        const auto reader = connection_->stub->ReadLogs(&context, request);
        while (refused.ok() && reader->Read(&response)) {
          got_some = true;
          const std::pair<int64_t, int32_t> log(response.attempt(), response.rank());
          size_t& offset = offset_bytes[log];
          size_t& seen = seen_bytes[log];
          const size_t known = std::min(seen - std::min(seen, offset), response.text().size());
          offset += response.text().size();
          seen = std::max(seen, offset);
          response.mutable_text()->erase(0, known);
          if (!response.text().empty()) refused = on_piece(response);
        }
        if (!refused.ok()) context.TryCancel();
        const grpc::Status status = reader->Finish();
        return refused.ok() ? status : grpc::Status::OK;
      },
      [&] { return got_some; }));
  return refused;
}

absl::Status Client::ReadCheckpoint(
    const std::string& id,
    const std::function<absl::Status(const v1::ReadCheckpointResponse&)>& on_piece) {
  v1::ReadCheckpointRequest request;
  request.set_id(id);
  absl::Status refused;
  NEPA_RETURN_IF_ERROR(connection_->Call(connection_->timeout, [&](absl::Duration) {
    grpc::ClientContext context;
    bool got_some = false;
    v1::ReadCheckpointResponse response;
    const auto reader = connection_->stub->ReadCheckpoint(&context, request);
    while (refused.ok() && reader->Read(&response)) {
      got_some = true;
      refused = on_piece(response);
    }
    if (!refused.ok()) context.TryCancel();
    const grpc::Status status = reader->Finish();
    if (!refused.ok()) return grpc::Status::OK;
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE && got_some) {
      return grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "the connection broke");
    }
    return status;
  }));
  return refused;
}

}  // namespace nepa::cli
