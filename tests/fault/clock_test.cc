// Machines' clocks are set forward and back by an hour while a job trains: nothing waits for the
// old time to come round again, and nothing is taken for dead.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/support/local_cluster.h"
#include "tests/support/settable_clock.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

class ClockTest : public ::testing::Test {
 protected:
  void SetUp() override {
    coordinators_.Under([this] { cluster_.StartCoordinator(); });
    const std::string trainer = cluster_.folder() + "/trainer";
    workers_.Wrap(BinaryPath("nepa-trainer"), trainer);
    workers_.Under([&] { cluster_.StartWorker({"--trainer", trainer, "--slots", "2"}); });
  }

  std::string Submit(const std::string& name, int steps, const std::string& checkpoint_every) {
    return cluster_.Submit(
        cluster_.WriteFile(name + ".yaml", SmallPretrainJob(name, steps, 1)),
        {"--set", "checkpoint.every=" + checkpoint_every, "--set", "checkpoint.keep.last=2"});
  }

  int64_t StepOf(const std::string& job) {
    return cluster_.NepactlJson({"describe", job}).value("step", int64_t{0});
  }
  int64_t LastCheckpointOf(const std::string& job) {
    const nlohmann::json checkpoints = cluster_.NepactlJson({"checkpoints", "list", "--job", job});
    return checkpoints.empty() ? 0 : checkpoints.back().value("step", int64_t{0});
  }

  LocalCluster cluster_;
  SettableClock coordinators_{cluster_.folder() + "/coordinators-clock"};
  SettableClock workers_{cluster_.folder() + "/workers-clock"};
};

TEST_F(ClockTest, SettingItHoldsUpNeitherProgressNorCheckpointsNorNewJobs) {
  const std::string job = Submit("long", 1'000'000, "1s");
  ASSERT_TRUE(cluster_.WaitForStep(job, 5));

  struct Setting {
    absl::Duration coordinator, worker;
  };
  int number = 0;
  for (const Setting& setting : {Setting{absl::Hours(1), absl::ZeroDuration()},
                                 {absl::Hours(-1), absl::Hours(1)},
                                 {absl::ZeroDuration(), absl::Hours(-1)}}) {
    SCOPED_TRACE(absl::StrCat("coordinator's clock ", absl::FormatDuration(setting.coordinator),
                              ", worker's ", absl::FormatDuration(setting.worker)));
    coordinators_.Set(setting.coordinator);
    workers_.Set(setting.worker);
    const int64_t step = StepOf(job);
    EXPECT_TRUE(cluster_.WaitForStep(job, step + 20)) << "no progress is told any more";
    EXPECT_TRUE(WaitUntil([&] { return LastCheckpointOf(job) > step; }, absl::Seconds(60)))
        << "no checkpoint is written any more";
    const std::string next = Submit(absl::StrCat("short-", ++number), 5, "5 steps");
    EXPECT_TRUE(cluster_.WaitForPhase(next, "SUCCEEDED")) << "a new job does not run";
  }

  const nlohmann::json now = cluster_.NepactlJson({"describe", job});
  EXPECT_EQ(now["phase"], "RUNNING");
  EXPECT_EQ(now["attempt"], 1);
  EXPECT_EQ(cluster_.Nepactl({"cancel", job}).code, 0);
}

}  // namespace
}  // namespace nepa::testing
