// A coordinator in this process that answers with what a test put into it, for tests of clients:
// what they send, how they print, what they do when replies are lost.
//
// Members are set before the client calls and read after: the fake adds no locks of its own, and
// the client's calls follow one another.
#ifndef NEPA_TESTS_SUPPORT_FAKE_JOB_SERVICE_H_
#define NEPA_TESTS_SUPPORT_FAKE_JOB_SERVICE_H_

#include <grpcpp/server.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nepa/v1/job_service.grpc.pb.h"

namespace nepa::testing {

class FakeJobService final : public v1::JobService::Service {
 public:
  FakeJobService();
  ~FakeJobService() override;

  // host:port, loopback.
  const std::string& address() const { return address_; }

  // So many next calls do their work and then lose the reply: UNAVAILABLE.
  int lose_replies = 0;
  // Where set, every call is refused with it.
  grpc::Status refusal;

  std::vector<v1::Job> jobs;  // found by id, else by name, the latest
  std::vector<v1::Event> events;
  std::vector<v1::MetricPoint> points;
  std::vector<v1::Worker> workers;
  std::vector<v1::Checkpoint> checkpoints;
  std::vector<std::string> faults;              // of VerifyCheckpoint
  std::map<std::string, std::string> files;     // of ReadCheckpoint
  std::vector<v1::ReadLogsResponse> log;        // of ReadLogs
  size_t break_log_after = SIZE_MAX;            // pieces, once
  std::vector<v1::Job> story;                   // of WatchJob, one after the other
  std::vector<v1::WatchJobsResponse> pictures;  // of WatchJobs, one after the other
  bool keep_watching = false;                   // watches stay open until the client goes
  size_t break_watch_after = SIZE_MAX;          // jobs, once, with `watch_break`
  grpc::Status watch_break;

  // What came in.
  std::vector<v1::SubmitJobRequest> submitted;
  std::vector<std::string> request_ids;  // of every changing call, in order
  std::vector<std::string> changed;      // "pause j1", …
  v1::DrainWorkerRequest drain_request;
  int64_t limit = -1;  // of the last listing
  v1::ReadLogsRequest log_request;

 private:
  grpc::Status SubmitJob(grpc::ServerContext*, const v1::SubmitJobRequest*,
                         v1::SubmitJobResponse*) override;
  grpc::Status ListJobs(grpc::ServerContext*, const v1::ListJobsRequest*,
                        v1::ListJobsResponse*) override;
  grpc::Status GetJob(grpc::ServerContext*, const v1::GetJobRequest*, v1::GetJobResponse*) override;
  grpc::Status WatchJob(grpc::ServerContext*, const v1::WatchJobRequest*,
                        grpc::ServerWriter<v1::WatchJobResponse>*) override;
  grpc::Status WatchJobs(grpc::ServerContext*, const v1::WatchJobsRequest*,
                         grpc::ServerWriter<v1::WatchJobsResponse>*) override;
  grpc::Status CancelJob(grpc::ServerContext*, const v1::CancelJobRequest*,
                         v1::CancelJobResponse*) override;
  grpc::Status PauseJob(grpc::ServerContext*, const v1::PauseJobRequest*,
                        v1::PauseJobResponse*) override;
  grpc::Status ResumeJob(grpc::ServerContext*, const v1::ResumeJobRequest*,
                         v1::ResumeJobResponse*) override;
  grpc::Status DeleteJob(grpc::ServerContext*, const v1::DeleteJobRequest*,
                         v1::DeleteJobResponse*) override;
  grpc::Status SetPriority(grpc::ServerContext*, const v1::SetPriorityRequest*,
                           v1::SetPriorityResponse*) override;
  grpc::Status PinCheckpoint(grpc::ServerContext*, const v1::PinCheckpointRequest*,
                             v1::PinCheckpointResponse*) override;
  grpc::Status DeleteCheckpoint(grpc::ServerContext*, const v1::DeleteCheckpointRequest*,
                                v1::DeleteCheckpointResponse*) override;
  grpc::Status DrainWorker(grpc::ServerContext*, const v1::DrainWorkerRequest*,
                           v1::DrainWorkerResponse*) override;
  grpc::Status UndrainWorker(grpc::ServerContext*, const v1::UndrainWorkerRequest*,
                             v1::UndrainWorkerResponse*) override;
  grpc::Status GetMetrics(grpc::ServerContext*, const v1::GetMetricsRequest*,
                          v1::GetMetricsResponse*) override;
  grpc::Status ListEvents(grpc::ServerContext*, const v1::ListEventsRequest*,
                          v1::ListEventsResponse*) override;
  grpc::Status ReadLogs(grpc::ServerContext*, const v1::ReadLogsRequest*,
                        grpc::ServerWriter<v1::ReadLogsResponse>*) override;
  grpc::Status ListCheckpoints(grpc::ServerContext*, const v1::ListCheckpointsRequest*,
                               v1::ListCheckpointsResponse*) override;
  grpc::Status GetCheckpoint(grpc::ServerContext*, const v1::GetCheckpointRequest*,
                             v1::GetCheckpointResponse*) override;
  grpc::Status VerifyCheckpoint(grpc::ServerContext*, const v1::VerifyCheckpointRequest*,
                                v1::VerifyCheckpointResponse*) override;
  grpc::Status ReadCheckpoint(grpc::ServerContext*, const v1::ReadCheckpointRequest*,
                              grpc::ServerWriter<v1::ReadCheckpointResponse>*) override;
  grpc::Status ListWorkers(grpc::ServerContext*, const v1::ListWorkersRequest*,
                           v1::ListWorkersResponse*) override;
  grpc::Status GetVersion(grpc::ServerContext*, const v1::GetVersionRequest*,
                          v1::GetVersionResponse*) override;

  const v1::Job* Find(const std::string& name) const;
  template <typename Request, typename Response>
  grpc::Status Change(const std::string& what, const Request& request, v1::Phase phase,
                      Response* response);
  static void WaitUntilCancelled(grpc::ServerContext* context);
  // What every call ends with.
  grpc::Status Reply();

  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_FAKE_JOB_SERVICE_H_
