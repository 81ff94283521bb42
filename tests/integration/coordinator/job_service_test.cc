// What people see of the coordinator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "absl/time/clock.h"
#include "common/io/file.h"
#include "common/manifest/manifest.h"
#include "common/rpc/status.h"
#include "tests/integration/coordinator/coordinator_client.h"
#include "tests/integration/coordinator/running_coordinator.h"

namespace nepa::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

class JobServiceTest : public ::testing::Test {
 protected:
  // Submits a job, takes it as a worker and reports its start; its attempt.
  exchange::AttemptId Run(const std::string& name) {
    EXPECT_TRUE(worker_.Register().ok());
    EXPECT_TRUE(people_.Submit(SyntheticJob(name)).ok());
    const exchange::AttemptId attempt = worker_.WaitForGang().attempt;
    EXPECT_TRUE(worker_.Tell({exchange::RankStarted{attempt, 0, {42, 0, 4, "cpu", 32, 1}}}).ok());
    return attempt;
  }
  void End(const exchange::AttemptId& attempt, frames::ExitKind kind) {
    EXPECT_TRUE(worker_.Tell({exchange::RankExited{attempt, 0, {kind, "so"}, {}}}).ok());
  }
  void Append(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path, std::ios::app) << text;
  }
  // Writes a checkpoint folder of one file, and reports it.
  std::string WriteCheckpoint(const exchange::AttemptId& attempt) {
    const std::string folder =
        coordinator_.storage() + "/jobs/" + attempt.job_id + "/checkpoints/step-2";
    Append(folder + "/model.safetensors", "weights");
    manifest::Manifest manifest{2, attempt.attempt, manifest::HashFiles(folder).value()};
    const std::string text = manifest::Encode(manifest);
    Append(folder + "/manifest.json", text);
    frames::CheckpointWritten written;
    written.step = 2;
    written.path = "checkpoints/step-2";
    written.bytes = 7;
    written.sha256 = io::Sha256Hex(text);
    written.metrics = {{"loss", -0.5}};
    EXPECT_TRUE(worker_.Tell({exchange::RankCheckpoint{attempt, absl::Now(), written}}).ok());
    return folder;
  }
  v1::VerifyCheckpointResponse Verify(const std::string& id) {
    grpc::ClientContext context;
    v1::VerifyCheckpointRequest request;
    request.set_request_id(people_.NewRequestId());
    request.set_id(id);
    v1::VerifyCheckpointResponse response;
    const grpc::Status status = people_.stub().VerifyCheckpoint(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  RunningCoordinator coordinator_;
  People people_{coordinator_.grpc()};
  FakeWorker worker_{coordinator_.grpc(), "here", 1};
};

TEST_F(JobServiceTest, ARefusedFileComesBackWithEveryFault) {
  const auto refused = people_.Submit("name: x\nkind: pretrian\nbatch: {globl: 3}\n");
  ASSERT_TRUE(absl::IsInvalidArgument(refused.status())) << refused.status();
  const std::optional<v1::JobFileFaults> faults = rpc::FaultsOf(refused.status());
  ASSERT_TRUE(faults.has_value());
  std::map<std::string, int> lines;
  for (const v1::JobFileFault& fault : faults->faults()) lines[fault.field()] = fault.line();
  EXPECT_EQ(lines["kind"], 2);
  EXPECT_EQ(lines["batch.globl"], 3);
  EXPECT_EQ(faults->faults(0).file(), "job.yaml");
  EXPECT_TRUE(people_.List().empty());
}

TEST_F(JobServiceTest, AReferenceToNoJobIsAFaultWithItsPosition) {
  const auto refused = people_.Submit(
      "name: fine\nkind: finetune\nmodel:\n  from: job/nobody\n"
      "data: {train: {format: synthetic, synthetic_count: 64}}\n"
      "schedule: {epochs: 1}\nbatch: {global: 32}\n");
  const std::optional<v1::JobFileFaults> faults = rpc::FaultsOf(refused.status());
  ASSERT_TRUE(faults.has_value()) << refused.status();
  EXPECT_EQ(faults->faults(0).field(), "model.from");
  EXPECT_EQ(faults->faults(0).line(), 4);
}

TEST_F(JobServiceTest, AJobShowsWhereItRuns) {
  const exchange::AttemptId attempt = Run("pre");
  const v1::Job job = people_.Get("pre").value();
  EXPECT_EQ(job.id(), attempt.job_id);
  EXPECT_EQ(job.phase(), v1::PHASE_RUNNING);
  EXPECT_EQ(job.gang(0).worker(), "here");
  EXPECT_EQ(job.gang(0).pid(), 42);
  EXPECT_THAT(job.workers(), ElementsAre("here"));
  EXPECT_EQ(job.folder(), coordinator_.storage() + "/jobs/j1");
  EXPECT_FALSE(job.job_file_json().empty());
}

TEST_F(JobServiceTest, CancelAnswersWhenTheRanksAreGone) {
  const exchange::AttemptId attempt = Run("pre");
  std::thread dying([&] {
    const auto kill = worker_.WaitFor([](const exchange::Orders& orders) {
      return !orders.gangs.empty() && orders.gangs[0].desired == exchange::Desired::kKill;
    });
    EXPECT_TRUE(kill.ok());
    End(attempt, frames::ExitKind::kKilled);
  });
  const auto job = people_.Cancel("pre");
  dying.join();
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->phase(), v1::PHASE_CANCELLED);
}

TEST_F(JobServiceTest, AWatchShowsEachChangeUntilTheEnd) {
  const exchange::AttemptId attempt = Run("pre");
  grpc::ClientContext context;
  v1::WatchJobRequest request;
  request.set_job("pre");
  const auto watch = people_.stub().WatchJob(&context, request);
  v1::WatchJobResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.job().phase(), v1::PHASE_RUNNING);
  End(attempt, frames::ExitKind::kSucceeded);
  while (watch->Read(&response)) {
  }
  EXPECT_EQ(response.job().phase(), v1::PHASE_SUCCEEDED);
  EXPECT_TRUE(watch->Finish().ok());
}

TEST_F(JobServiceTest, AWatchOfAllJobsShowsThePictureAgainWheneverItChanged) {
  ASSERT_TRUE(people_.Submit(SyntheticJob("pre")).ok());
  grpc::ClientContext context;
  People::Prepare(context, absl::Seconds(60));
  const auto watch = people_.stub().WatchJobs(&context, v1::WatchJobsRequest());
  v1::WatchJobsResponse picture;
  ASSERT_TRUE(watch->Read(&picture));
  ASSERT_EQ(picture.jobs_size(), 1);
  EXPECT_EQ(picture.jobs(0).phase(), v1::PHASE_QUEUED);
  EXPECT_EQ(picture.workers_size(), 0);
  ASSERT_TRUE(worker_.Register().ok());
  bool seen = false;
  while (!seen && watch->Read(&picture)) {
    seen = picture.workers_size() == 1 && picture.jobs(0).phase() == v1::PHASE_STARTING;
  }
  EXPECT_TRUE(seen);
  EXPECT_EQ(picture.workers(0).slots().used(), 1);
  context.TryCancel();
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(JobServiceTest, ADrainedWorkerStaysSoOverRestartsOfBothUntilItIsUndrained) {
  ASSERT_TRUE(worker_.Register().ok());
  grpc::ClientContext draining;
  People::Prepare(draining);
  v1::DrainWorkerRequest drain;
  drain.set_request_id(people_.NewRequestId());
  drain.set_worker("here");
  drain.set_user("ann");
  v1::DrainWorkerResponse drained;
  ASSERT_TRUE(people_.stub().DrainWorker(&draining, drain, &drained).ok());
  EXPECT_EQ(drained.worker().state(), v1::WORKER_STATE_DRAINING);
  EXPECT_EQ(drained.worker().reason(), "drained by ann; nothing runs there");

  coordinator_.Kill();
  coordinator_.Start();
  ASSERT_TRUE(WaitUntil([&] { return worker_.Register().ok(); }, absl::Seconds(30)))
      << "its connection does not come back";
  const auto job = people_.Submit(SyntheticJob("pre"));
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->phase(), v1::PHASE_QUEUED);
  EXPECT_THAT(job->reason(), HasSubstr("which worker here has, but it is drained"));

  grpc::ClientContext undraining;
  People::Prepare(undraining);
  v1::UndrainWorkerRequest undrain;
  undrain.set_request_id(people_.NewRequestId());
  undrain.set_worker("here");
  v1::UndrainWorkerResponse undrained;
  ASSERT_TRUE(people_.stub().UndrainWorker(&undraining, undrain, &undrained).ok());
  EXPECT_EQ(undrained.worker().state(), v1::WORKER_STATE_READY);
  EXPECT_EQ(worker_.WaitForGang().attempt.job_id, job->id());
}

TEST_F(JobServiceTest, AWaitingJobIsExplained) {
  Run("pre");
  ASSERT_TRUE(people_.Submit(SyntheticJob("next")).ok());
  grpc::ClientContext context;
  People::Prepare(context);
  v1::ExplainJobRequest request;
  request.set_job("next");
  v1::ExplainJobResponse told;
  ASSERT_TRUE(people_.stub().ExplainJob(&context, request, &told).ok());
  ASSERT_TRUE(told.has_waiting());
  EXPECT_FALSE(told.waiting().never());
  ASSERT_EQ(told.waiting().holders_size(), 1);
  EXPECT_EQ(told.waiting().holders(0).name(), "pre");
  EXPECT_EQ(told.waiting().holder_count(), 1);
  EXPECT_GT(told.most_faults(), 0);
}

TEST_F(JobServiceTest, AWatchOfNoJobIsNotFound) {
  grpc::ClientContext context;
  v1::WatchJobRequest request;
  request.set_job("nobody");
  const auto watch = people_.stub().WatchJob(&context, request);
  v1::WatchJobResponse response;
  EXPECT_FALSE(watch->Read(&response));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(JobServiceTest, LogsAreFollowedThroughARestartToTheEnd) {
  const exchange::AttemptId attempt = Run("pre");
  const std::string logs = coordinator_.storage() + "/jobs/j1/logs/";
  Append(logs + "attempt-1/rank-0.log", "one\ntw");
  grpc::ClientContext context;
  People::Prepare(context, absl::Seconds(30));
  v1::ReadLogsRequest request;
  request.set_job("pre");
  request.set_rank(-1);
  request.set_follow(true);
  const auto reader = people_.stub().ReadLogs(&context, request);
  v1::ReadLogsResponse piece;
  ASSERT_TRUE(reader->Read(&piece));
  EXPECT_EQ(piece.text(), "one\n");
  Append(logs + "attempt-1/rank-0.log", "o\n");
  ASSERT_TRUE(reader->Read(&piece));
  EXPECT_EQ(piece.text(), "two\n");
  End(attempt, frames::ExitKind::kKilled);
  const exchange::AttemptId next = worker_.WaitForGang().attempt;
  Append(logs + "attempt-2/rank-0.log", "three");
  End(next, frames::ExitKind::kSucceeded);
  ASSERT_TRUE(reader->Read(&piece));
  EXPECT_EQ(piece.attempt(), 2);
  EXPECT_EQ(piece.text(), "three");
  EXPECT_FALSE(reader->Read(&piece));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(JobServiceTest, MetricsAndEventsTellTheStory) {
  const exchange::AttemptId attempt = Run("pre");
  ASSERT_TRUE(
      worker_.Tell({exchange::RankMetrics{attempt, absl::Now(), {1, {{"loss", -0.25}}}}}).ok());
  End(attempt, frames::ExitKind::kSucceeded);
  grpc::ClientContext context, other;
  v1::GetMetricsRequest metrics_request;
  metrics_request.set_job("pre");
  v1::GetMetricsResponse metrics;
  ASSERT_TRUE(people_.stub().GetMetrics(&context, metrics_request, &metrics).ok());
  ASSERT_EQ(metrics.points_size(), 1);
  EXPECT_EQ(metrics.points(0).values().at("loss"), -0.25);
  v1::ListEventsRequest events_request;
  events_request.set_job("pre");
  v1::ListEventsResponse events;
  ASSERT_TRUE(people_.stub().ListEvents(&other, events_request, &events).ok());
  std::vector<std::string> kinds;
  for (const v1::Event& event : events.events()) kinds.push_back(event.kind());
  EXPECT_THAT(kinds, ElementsAre("submitted", "placed", "started", "rank_exited", "succeeded"));
}

TEST_F(JobServiceTest, VerifyFindsAChangedFileAndMarksTheCheckpoint) {
  const std::string folder = WriteCheckpoint(Run("pre"));
  EXPECT_EQ(Verify("c1").faults_size(), 0);
  std::ofstream(folder + "/model.safetensors") << "w3ights";
  const v1::VerifyCheckpointResponse found = Verify("c1");
  ASSERT_EQ(found.faults_size(), 1);
  EXPECT_THAT(found.faults(0), HasSubstr("model.safetensors: its content has changed"));
  EXPECT_EQ(found.checkpoint().state(), v1::CHECKPOINT_STATE_CORRUPT);
  std::ofstream(folder + "/model.safetensors") << "weights";
  EXPECT_EQ(Verify("c1").checkpoint().state(), v1::CHECKPOINT_STATE_AVAILABLE);
}

TEST_F(JobServiceTest, ACheckpointsFilesAreReadThroughTheCoordinator) {
  WriteCheckpoint(Run("pre"));
  grpc::ClientContext context;
  v1::ReadCheckpointRequest request;
  request.set_id("c1");
  const auto reader = people_.stub().ReadCheckpoint(&context, request);
  v1::ReadCheckpointResponse piece;
  std::map<std::string, std::string> files;
  while (reader->Read(&piece)) files[piece.file()] += piece.piece();
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(files.size(), 2u);
  EXPECT_EQ(files["model.safetensors"], "weights");
}

TEST_F(JobServiceTest, DeleteRemovesTheFolder) {
  const exchange::AttemptId attempt = Run("pre");
  const std::string folder = WriteCheckpoint(attempt);
  End(attempt, frames::ExitKind::kSucceeded);
  ASSERT_TRUE(people_.Delete("pre").ok());
  EXPECT_TRUE(absl::IsNotFound(people_.Get("pre").status()));
  EXPECT_TRUE(
      WaitUntil([&] { return !fs::exists(fs::path(folder).parent_path()); }, absl::Seconds(10)));
}

}  // namespace
}  // namespace nepa::testing
