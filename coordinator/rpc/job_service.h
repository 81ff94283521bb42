// The gRPC service for people and their programs: translates, posts to the loop, waits. What reads
// the disk or the history does so on gRPC's thread.
#ifndef NEPA_COORDINATOR_RPC_JOB_SERVICE_H_
#define NEPA_COORDINATOR_RPC_JOB_SERVICE_H_

#include <nepa/v1/job_service.grpc.pb.h>

#include <atomic>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "coordinator/core/reply.h"
#include "coordinator/metrics/metrics.h"
#include "coordinator/runtime/loop.h"
#include "coordinator/storage/store.h"

namespace nepa::coordinator {

class JobService final
    : public v1::JobService::WithCallbackMethod_WatchJob<
          v1::JobService::WithCallbackMethod_WatchJobs<v1::JobService::Service>> {
 public:
  // Calls that stay open and hold a thread: followed logs.
  static constexpr int kMaxFollowers = 16;
  // A cancel waits so long for the ranks to be gone before it answers, so that whoever cancelled
  // sees the job CANCELLED; it holds anyhow.
  static constexpr absl::Duration kCancelWait = absl::Seconds(3);

  // All must outlive the server.
  JobService(Loop& loop, storage::Store& store, Metrics& metrics)
      : loop_(loop), store_(store), metrics_(metrics) {}

  template <typename T>
  using Writer = grpc::ServerWriter<T>;
  using Context = grpc::ServerContext;
  using Status = grpc::Status;

  // job_service.cc: what changes a job.
  Status SubmitJob(Context*, const v1::SubmitJobRequest*, v1::SubmitJobResponse*) override;
  Status CancelJob(Context*, const v1::CancelJobRequest*, v1::CancelJobResponse*) override;
  Status PauseJob(Context*, const v1::PauseJobRequest*, v1::PauseJobResponse*) override;
  Status ResumeJob(Context*, const v1::ResumeJobRequest*, v1::ResumeJobResponse*) override;
  Status DeleteJob(Context*, const v1::DeleteJobRequest*, v1::DeleteJobResponse*) override;
  Status SetPriority(Context*, const v1::SetPriorityRequest*, v1::SetPriorityResponse*) override;

  // checkpoint_requests.cc
  Status VerifyCheckpoint(Context*, const v1::VerifyCheckpointRequest*,
                          v1::VerifyCheckpointResponse*) override;
  Status PinCheckpoint(Context*, const v1::PinCheckpointRequest*,
                       v1::PinCheckpointResponse*) override;
  Status DeleteCheckpoint(Context*, const v1::DeleteCheckpointRequest*,
                          v1::DeleteCheckpointResponse*) override;

  // worker_requests.cc
  Status DrainWorker(Context*, const v1::DrainWorkerRequest*, v1::DrainWorkerResponse*) override;
  Status UndrainWorker(Context*, const v1::UndrainWorkerRequest*,
                       v1::UndrainWorkerResponse*) override;

  // job_queries.cc: what only reads.
  Status ListJobs(Context*, const v1::ListJobsRequest*, v1::ListJobsResponse*) override;
  Status GetJob(Context*, const v1::GetJobRequest*, v1::GetJobResponse*) override;
  // explain_job.cc
  Status ExplainJob(Context*, const v1::ExplainJobRequest*, v1::ExplainJobResponse*) override;
  grpc::ServerWriteReactor<v1::WatchJobResponse>* WatchJob(grpc::CallbackServerContext*,
                                                           const v1::WatchJobRequest*) override;
  grpc::ServerWriteReactor<v1::WatchJobsResponse>* WatchJobs(grpc::CallbackServerContext*,
                                                             const v1::WatchJobsRequest*) override;
  Status GetMetrics(Context*, const v1::GetMetricsRequest*, v1::GetMetricsResponse*) override;
  Status ListEvents(Context*, const v1::ListEventsRequest*, v1::ListEventsResponse*) override;
  Status GetTrace(Context*, const v1::GetTraceRequest*, v1::GetTraceResponse*) override;
  Status ReadLogs(Context*, const v1::ReadLogsRequest*, Writer<v1::ReadLogsResponse>*) override;
  Status ListCheckpoints(Context*, const v1::ListCheckpointsRequest*,
                         v1::ListCheckpointsResponse*) override;
  Status GetCheckpoint(Context*, const v1::GetCheckpointRequest*,
                       v1::GetCheckpointResponse*) override;
  Status ReadCheckpoint(Context*, const v1::ReadCheckpointRequest*,
                        Writer<v1::ReadCheckpointResponse>*) override;
  Status ListWorkers(Context*, const v1::ListWorkersRequest*, v1::ListWorkersResponse*) override;
  Status GetVersion(Context*, const v1::GetVersionRequest*, v1::GetVersionResponse*) override;

 private:
  using Operation = std::function<core::Reply(core::Draft&)>;

  // Runs `operation` and fills `job` with the job that it was about, as it is then.
  absl::Status Change(const Operation& operation, v1::Job* job, std::string* subject = nullptr);
  absl::Status Submit(const v1::SubmitJobRequest& request, v1::Job* job);
  absl::Status Verify(const v1::VerifyCheckpointRequest& request,
                      v1::VerifyCheckpointResponse& response);
  absl::Status Pin(const v1::PinCheckpointRequest& request, v1::Checkpoint* checkpoint);
  // Runs `operation` and fills `worker` with the worker that it was about, as it is then.
  absl::Status ChangeWorker(const Operation& operation, v1::Worker* worker);
  absl::Status Cancel(Context& context, const v1::CancelJobRequest& request, v1::Job* job);
  absl::Status Follow(Context& context, const v1::ReadLogsRequest& request,
                      Writer<v1::ReadLogsResponse>& writer);

  // The id of the job. NOT_FOUND.
  absl::StatusOr<std::string> IdOf(const std::string& id_or_name);
  absl::StatusOr<v1::Checkpoint> CheckpointOf(const std::string& id);

  // Counts the call and translates its status.
  grpc::Status Answer(const std::string& method, const absl::Status& status);

  Loop& loop_;
  storage::Store& store_;
  Metrics& metrics_;
  std::atomic<int> followers_ = 0;
};

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RPC_JOB_SERVICE_H_
