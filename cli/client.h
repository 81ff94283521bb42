// The coordinator as nepactl's commands see it: one method for each RPC.
//
// Every call waits at most `timeout` for the coordinator. A lost connection or a lost reply is
// tried again within that time, a changing request with the same request_id, so that it happens
// once. A coordinator that this client never met is given up after kConnectPatience.
//
// Errors are the coordinator's, as absl::Status of the same code and message; a refused job file
// carries its faults (failure.h). UNAVAILABLE or DEADLINE_EXCEEDED: the coordinator could not be
// reached; the message says where it was looked for and what to do.
//
// Thread rule: any thread; calls may overlap.
#ifndef NEPA_CLI_CLIENT_H_
#define NEPA_CLI_CLIENT_H_

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/credentials/client_files.h"
#include "nepa/v1/job_service.pb.h"

namespace nepa::cli {

class Client {
 public:
  static constexpr absl::Duration kConnectPatience = absl::Seconds(3);

  // `address`: host:port. Connects at the first call, and shows `doors`.
  Client(std::string address, absl::Duration timeout, credentials::ClientFiles doors = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const std::string& address() const;

  // `request.request_id` is made here, for every method that has one, and `sent_at`.
  absl::StatusOr<v1::Job> SubmitJob(v1::SubmitJobRequest request);
  absl::StatusOr<v1::Job> CancelJob(const std::string& job);
  absl::StatusOr<v1::Job> PauseJob(const std::string& job);
  absl::StatusOr<v1::Job> ResumeJob(const std::string& job);
  absl::Status DeleteJob(const std::string& job, bool keep_checkpoints);
  absl::StatusOr<v1::Job> SetPriority(const std::string& job, int64_t priority);

  // Oldest first. `limit` 0: all.
  absl::StatusOr<std::vector<v1::Job>> ListJobs(int64_t limit);
  absl::StatusOr<v1::Job> GetJob(const std::string& job);
  absl::StatusOr<v1::ExplainJobResponse> ExplainJob(const std::string& job);
  absl::StatusOr<std::vector<v1::MetricPoint>> GetMetrics(const std::string& job,
                                                          int64_t from_step);
  absl::StatusOr<std::vector<v1::Event>> ListEvents(const std::string& job);
  absl::StatusOr<std::vector<v1::TraceSpan>> GetTrace(const std::string& job);

  // `job` empty: of all jobs. `limit` 0: all.
  absl::StatusOr<std::vector<v1::Checkpoint>> ListCheckpoints(const std::string& job,
                                                              int64_t limit);
  absl::StatusOr<v1::Checkpoint> GetCheckpoint(const std::string& id);
  // Reads the whole checkpoint: waits an hour, whatever the timeout.
  absl::StatusOr<v1::VerifyCheckpointResponse> VerifyCheckpoint(const std::string& id);

  absl::StatusOr<v1::Checkpoint> PinCheckpoint(const std::string& id, bool pinned);
  absl::Status DeleteCheckpoint(const std::string& id);

  absl::StatusOr<std::vector<v1::Worker>> ListWorkers();
  // `request.request_id` is made here.
  absl::StatusOr<v1::Worker> DrainWorker(v1::DrainWorkerRequest request);
  absl::StatusOr<v1::Worker> UndrainWorker(const std::string& worker);
  absl::StatusOr<std::string> GetVersion();

  // The job now and after each change, until its final phase. A broken stream is opened again.
  // `on_job` runs on the calling thread. CANCELLED after a request to stop.
  absl::Status WatchJob(const std::string& job, std::stop_token stop,
                        const std::function<void(const v1::Job&)>& on_job);

  // The cluster now and whenever something changed, with at most `limit` jobs (0: all). A broken
  // stream is opened again. Ends only with an error; CANCELLED after a request to stop.
  absl::Status WatchJobs(int64_t limit, std::stop_token stop,
                         const std::function<void(const v1::WatchJobsResponse&)>& on_news);

  // The log's pieces, each once; a broken stream is opened again and what was seen is left out.
  // An error of `on_piece` ends the reading and is returned.
  absl::Status ReadLogs(const v1::ReadLogsRequest& request,
                        const std::function<absl::Status(const v1::ReadLogsResponse&)>& on_piece);

  // The files of a checkpoint in pieces, in order. Not tried again once a piece has arrived. An
  // error of `on_piece` ends the reading and is returned.
  absl::Status ReadCheckpoint(
      const std::string& id,
      const std::function<absl::Status(const v1::ReadCheckpointResponse&)>& on_piece);

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_CLIENT_H_
