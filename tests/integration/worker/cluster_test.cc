// The worker under the real coordinator, with scripted trainers so that a job takes as long as the
// test wants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "tests/integration/worker/scratch_folder.h"
#include "tests/support/local_cluster.h"
#include "tests/support/program.h"
#include "tests/support/scripted_trainer.h"
#include "tests/support/small_jobs.h"

namespace nepa::worker {
namespace {

using ::testing::HasSubstr;
using testing::WaitUntil;

constexpr absl::Duration kPatience = absl::Seconds(60);

class ClusterTest : public ::testing::Test {
 protected:
  // Brings the cluster up and a job to its third step.
  void Run(const std::vector<std::string>& steps, const std::string& more = "") {
    cluster.StartCoordinator();
    testing::WriteTrainerScript(trainer, steps);
    cluster.StartWorker({"--trainer", trainer});
    job = cluster.Submit(
        cluster.WriteFile("job.yaml", testing::SmallPretrainJob("scripted", 1000, 100, more)));
    ASSERT_FALSE(job.empty());
    ASSERT_TRUE(cluster.WaitForStep(job, 3, kPatience)) << Story();
  }

  nlohmann::json Job() { return cluster.NepactlJson({"describe", job}); }
  int64_t Step() { return Job().value("step", int64_t{0}); }
  pid_t Pid() {
    const nlohmann::json gang = Job()["gang"];
    return gang.size() == 1 ? gang[0].value("pid", 0) : 0;
  }
  std::string Story() { return Job().dump(2); }

  testing::LocalCluster cluster;
  const std::string trainer = cluster.folder() + "/trainer";
  std::string job;
};

TEST_F(ClusterTest, AJobRunsToItsEnd) {
  Run({"print:hello", "started", "train:100", "checkpoint", "exit:succeeded:done"});
  EXPECT_GT(Pid(), 0);
  ASSERT_TRUE(cluster.WaitForPhase(job, "SUCCEEDED", kPatience)) << Story();
  EXPECT_EQ(Step(), 100);
  EXPECT_EQ(Job()["checkpoints"].size(), 1u);
  EXPECT_THAT(cluster.Nepactl({"logs", job}).out, HasSubstr("hello"));
  EXPECT_THAT(
      testing::HttpGet(cluster.worker_http(), "/metrics"),
      HasSubstr("nepa_train_images_total{job_id=\"" + job + "\",job_name=\"scripted\"} 800"));
}

TEST_F(ClusterTest, PausingStopsAtACheckpointFromWhichResumingGoesOn) {
  Run({"started", "train"});
  const pid_t pid = Pid();
  EXPECT_EQ(cluster.Nepactl({"pause", job}).code, 0);
  ASSERT_TRUE(cluster.WaitForPhase(job, "PAUSED", kPatience)) << Story();
  EXPECT_TRUE(IsGone(pid));
  EXPECT_EQ(Job()["checkpoints"].size(), 1u);
  const int64_t paused_at = Step();
  EXPECT_EQ(cluster.Nepactl({"resume", job}).code, 0);
  ASSERT_TRUE(cluster.WaitForStep(job, paused_at + 3, kPatience)) << Story();
  EXPECT_EQ(Job().value("attempt", 0), 2);
  EXPECT_EQ(Job().value("restarts", -1), 0);
}

TEST_F(ClusterTest, CancellingKillsTheRank) {
  Run({"started", "train"});
  const pid_t pid = Pid();
  EXPECT_EQ(cluster.Nepactl({"cancel", job}).code, 0);
  EXPECT_TRUE(cluster.WaitForPhase(job, "CANCELLED", kPatience)) << Story();
  EXPECT_TRUE(WaitUntil([&] { return IsGone(pid); }, kPatience));
}

TEST_F(ClusterTest, AKilledRankIsReplacedAndGoesOnFromItsCheckpoint) {
  Run({"started", "train:3", "checkpoint", "train"});
  ASSERT_TRUE(WaitUntil([&] { return Job()["checkpoints"].size() == 1; }, kPatience)) << Story();
  const pid_t pid = Pid();
  ::kill(pid, SIGKILL);
  ASSERT_TRUE(WaitUntil([&] { return Job().value("attempt", 0) == 2 && Pid() > 0; }, kPatience))
      << Story();
  EXPECT_NE(Pid(), pid);
  EXPECT_EQ(Job().value("restarts", 0), 1);
  ASSERT_TRUE(cluster.WaitForStep(job, 8, kPatience)) << Story();
}

TEST_F(ClusterTest, AFaultOfTheJobIsNotRetried) {
  Run({"started", "train:5", "exit:not_finite:the loss is NaN at step 5"});
  ASSERT_TRUE(cluster.WaitForPhase(job, "FAILED", kPatience)) << Story();
  EXPECT_EQ(Job()["exit"].value("kind", ""), "not_finite");
  EXPECT_THAT(Job().value("reason", ""), HasSubstr("the loss is NaN at step 5"));
  EXPECT_EQ(Job().value("attempt", 0), 1);
}

TEST_F(ClusterTest, ARunningRankIsAdoptedByACoordinatorThatWasKilled) {
  Run({"started", "train"});
  const pid_t pid = Pid();
  cluster.coordinator().KillNow();
  cluster.StartCoordinator();
  const int64_t step = Step();
  ASSERT_TRUE(cluster.WaitForStep(job, step + 5, kPatience)) << Story();
  EXPECT_EQ(Pid(), pid);
  EXPECT_FALSE(IsGone(pid));
  EXPECT_EQ(Job().value("attempt", 0), 1);
  EXPECT_EQ(Job().value("restarts", -1), 0);
}

TEST_F(ClusterTest, AKilledWorkersRankStopsAndTheJobGoesOnWhenItReturns) {
  Run({"started", "train:3", "checkpoint", "train"});
  ASSERT_TRUE(WaitUntil([&] { return Job()["checkpoints"].size() == 1; }, kPatience)) << Story();
  const pid_t pid = Pid();
  cluster.worker().KillNow();
  EXPECT_TRUE(WaitUntil([&] { return IsGone(pid); }, kPatience));
  cluster.StartWorker({"--trainer", trainer});
  ASSERT_TRUE(WaitUntil([&] { return Job().value("attempt", 0) == 2 && Step() > 6; }, kPatience))
      << Story();
}

TEST_F(ClusterTest, AWorkerThatEndsInOrderLeavesACheckpointAndNoFault) {
  Run({"started", "train"});
  cluster.worker().Signal(SIGTERM);
  EXPECT_EQ(cluster.worker().Wait(kPatience), 0);
  ASSERT_TRUE(WaitUntil([&] { return Job()["checkpoints"].size() == 1; }, kPatience)) << Story();
  const int64_t left_at = Step();
  cluster.StartWorker({"--trainer", trainer});
  ASSERT_TRUE(cluster.WaitForStep(job, left_at + 3, kPatience)) << Story();
  EXPECT_EQ(Job().value("restarts", -1), 0);
}

TEST_F(ClusterTest, AWorkerThatWasToldNoStorageUsesTheCoordinators) {
  cluster.StartCoordinator();
  testing::WriteTrainerScript(trainer, {"started", "train:3", "exit:succeeded:done"});
  testing::Program worker(
      testing::BinaryPath("nepa-worker"),
      {"--state", cluster.folder() + "/own", "--coordinator", cluster.coordinator_address(),
       "--http", "127.0.0.1:0", "--trainer", trainer},
      cluster.folder() + "/own.log");
  job = cluster.Submit(
      cluster.WriteFile("job.yaml", testing::SmallPretrainJob("scripted", 1000, 100)));
  ASSERT_TRUE(cluster.WaitForPhase(job, "SUCCEEDED", kPatience)) << Story();
  EXPECT_TRUE(
      std::filesystem::exists(cluster.storage() + "/jobs/" + job + "/logs/attempt-1/rank-0.log"));
}

}  // namespace
}  // namespace nepa::worker
