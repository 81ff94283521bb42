#include "worker/runtime/launch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/config/job_spec_json.h"

namespace nepa::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LaunchTest : public ::testing::Test {
 protected:
  LaunchTest() {
    settings.storage = "/srv/nepa";
    settings.device = "cpu";
    settings.slots = 2;
    settings.processors = 8;
    spawn.id = {{"j7", 3}, 0};
    spawn.slot = 1;
    spawn.order.attempt = spawn.id.attempt;
    spawn.order.ranks = {0};
    spawn.order.folder = "jobs/j7";
    file.spec.name = "fashion";
    file.spec.schedule.epochs = 1;
    file.spec.model.preset = "nepa-base-patch14-224";
    file.spec.data.train.path = "/data";
  }
  absl::StatusOr<Launch> Plan() {
    spawn.order.job_file_json = config::ToJson(file);
    return PlanLaunch(spawn, settings, 29500);
  }

  LaunchSettings settings;
  agent::Spawn spawn;
  config::JobFile file;
};

TEST_F(LaunchTest, AConfinedWorkerLetsItsRanksReadTheStorageToo) {
  EXPECT_EQ(Plan()->job.allowed_paths, std::nullopt);
  settings.allowed_paths = {"/data"};
  EXPECT_THAT(*Plan()->job.allowed_paths, ElementsAre("/data", "/srv/nepa"));
}

TEST_F(LaunchTest, PathsOfTheOrderCountFromTheStorageAsThisMachineSeesIt) {
  spawn.order.resume_from = "jobs/j7/checkpoints/a2-s9";
  spawn.order.model_from = "/models/nepa";
  spawn.order.registered_checkpoints = {"a2-s9"};
  const absl::StatusOr<Launch> launch = Plan();
  ASSERT_TRUE(launch.ok()) << launch.status();
  EXPECT_EQ(launch->job_name, "fashion");
  EXPECT_EQ(launch->job.folder, "/srv/nepa/jobs/j7");
  EXPECT_EQ(launch->job.resume_from, "/srv/nepa/jobs/j7/checkpoints/a2-s9");
  EXPECT_EQ(launch->job.model_from, "/models/nepa");
  EXPECT_EQ(launch->job.registered_checkpoints, spawn.order.registered_checkpoints);
  EXPECT_EQ(launch->log_path, "/srv/nepa/jobs/j7/logs/attempt-3/rank-0.log");
  EXPECT_EQ(launch->job.attempt, 3);
  EXPECT_EQ(launch->job.store_port, 0);
  EXPECT_EQ(launch->job.device, "cpu");
  const absl::StatusOr<frames::TrainerJob> read =
      frames::DecodeTrainerJob(frames::Encode(launch->job));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(config::JobFileFromJson(read->job_file_json)->spec.name, "fashion");
}

TEST_F(LaunchTest, ARankGetsItsShareOfTheProcessorsUnlessTheJobSaysOtherwise) {
  EXPECT_EQ(Plan()->job.threads, 4);
  settings.slots = 16;
  EXPECT_EQ(Plan()->job.threads, 1);
  file.spec.resources.threads_per_rank = 3;
  EXPECT_EQ(Plan()->job.threads, 3);
}

TEST_F(LaunchTest, TheDeviceIsTheSlotsGpuWhereTheWorkerHasGpus) {
  settings.device = "cuda";
  EXPECT_EQ(Plan()->job.device, "cuda:1");
  file.spec.resources.device = config::Device::kCpu;
  EXPECT_EQ(Plan()->job.device, "cpu");
  settings.device = "cpu";
  file.spec.resources.device = config::Device::kCuda;
  EXPECT_TRUE(absl::IsInvalidArgument(Plan().status()));
}

TEST_F(LaunchTest, AGangOfSeveralRanksMeetsAtTheStoreOfThisMachine) {
  spawn.order.world_size = 2;
  spawn.id.rank = 1;
  const absl::StatusOr<Launch> launch = Plan();
  ASSERT_TRUE(launch.ok());
  EXPECT_EQ(launch->job.world_size, 2);
  EXPECT_EQ(launch->job.rank, 1);
  EXPECT_EQ(launch->job.store_host, "127.0.0.1");
  EXPECT_EQ(launch->job.store_port, 29500);
}

TEST_F(LaunchTest, AConfigurationThatDoesNotDecodeIsAFaultOfTheJob) {
  spawn.order.job_file_json = "{}";
  const absl::Status status = PlanLaunch(spawn, settings, 0).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("configuration"));
}

TEST(TrainerEnvironment, HoldsWhatIsNeededThenTheWorkersThenTheJobs) {
  EXPECT_THAT(TrainerEnvironment({"PATH=/bin", "SECRET=x", "NEPA_STATE=/s", "OMP_A=own", "odd"},
                                 {{"OMP_A", "worker"}, {"NCCL_B", "worker"}}, {{"NCCL_B", "job"}}),
              ElementsAre("GOMP_SPINCOUNT=1000", "NCCL_B=job", "OMP_A=worker", "PATH=/bin"));
}

TEST(TrainerEnvironment, LeavesTheWaitingOfThreadsToWhoeverChoosesAPolicy) {
  EXPECT_THAT(TrainerEnvironment({}, {{"OMP_WAIT_POLICY", "active"}}, {}),
              ElementsAre("OMP_WAIT_POLICY=active"));
  EXPECT_THAT(TrainerEnvironment({}, {}, {{"OMP_WAIT_POLICY", "passive"}}),
              ElementsAre("OMP_WAIT_POLICY=passive"));
}

}  // namespace
}  // namespace nepa::worker
