// The program itself: its flags, its files, its HTTP, its end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "tests/integration/coordinator/coordinator_client.h"
#include "tests/integration/coordinator/running_coordinator.h"
#include "tests/support/local_cluster.h"

namespace nepa::testing {
namespace {

using ::testing::HasSubstr;

TEST(CoordinatorProgram, ASecondOneOnTheSameStateIsRefused) {
  RunningCoordinator coordinator;
  const Output second = RunProgram(
      BinaryPath("nepa-coordinator"),
      {"--state", coordinator.state(), "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"});
  EXPECT_EQ(second.code, 1);
  EXPECT_THAT(second.error, HasSubstr("another coordinator (process"));
  EXPECT_TRUE(People(coordinator.grpc()).List().empty());
}

TEST(CoordinatorProgram, ListeningBeyondThisMachineMustBeSaid) {
  const Output output =
      RunProgram(BinaryPath("nepa-coordinator"), {"--state", "/tmp/x", "--listen", "0.0.0.0:0"});
  EXPECT_EQ(output.code, 2);
  EXPECT_THAT(output.error, HasSubstr("--insecure"));
}

TEST(CoordinatorProgram, SeriesOfAJobStayFiveMinutesUnlessSaid) {
  const Output help = RunProgram(BinaryPath("nepa-coordinator"), {"--help"});
  EXPECT_THAT(help.out, HasSubstr("--series-stay DURATION=5m"));
}

TEST(CoordinatorProgram, EndsInOrderOnSigterm) {
  RunningCoordinator coordinator;
  People people(coordinator.grpc());
  ASSERT_TRUE(people.Submit(SyntheticJob("pre")).ok());
  FakeWorker worker(coordinator.grpc(), "here", 1);
  ASSERT_TRUE(worker.Register().ok());
  coordinator.program().Signal(SIGTERM);
  EXPECT_EQ(coordinator.program().Wait(absl::Seconds(10)), 0);
  EXPECT_FALSE(std::filesystem::exists(coordinator.state() + "/endpoints.json"));
  coordinator.Start();
  EXPECT_EQ(people.List().size(), 1u);
}

TEST(CoordinatorProgram, ANewDatabaseDoesNotTouchTheFoldersOfAnEarlierOne) {
  RunningCoordinator coordinator;
  coordinator.Kill();
  std::filesystem::remove_all(coordinator.state());
  std::filesystem::create_directories(coordinator.storage() + "/jobs/j4/checkpoints");
  coordinator.Start();
  EXPECT_EQ(People(coordinator.grpc()).Submit(SyntheticJob("pre"))->id(), "j5");
}

TEST(CoordinatorProgram, ServesTheFixedMetrics) {
  RunningCoordinator coordinator;
  People people(coordinator.grpc());
  FakeWorker worker(coordinator.grpc(), "here", 3);
  ASSERT_TRUE(worker.Register().ok());
  ASSERT_TRUE(people.Submit(SyntheticJob("pre")).ok());
  const exchange::AttemptId attempt = worker.WaitForGang().attempt;
  ASSERT_TRUE(
      worker.Tell({exchange::RankExited{attempt, 0, {frames::ExitKind::kKilled, "x"}, {}}}).ok());
  const std::string metrics = HttpGet(coordinator.http(), "/metrics");
  for (const char* line :
       {"nepa_jobs{phase=\"STARTING\"} 1", "nepa_jobs{phase=\"QUEUED\"} 0",
        "nepa_workers{state=\"READY\"} 1", "nepa_slots{state=\"used\"} 1",
        "nepa_slots{state=\"free\"} 2", "nepa_queue_wait_seconds_count 2",
        "nepa_job_restarts_total{job_id=\"j1\",job_name=\"pre\",reason=\"killed\"} 1",
        "nepa_rpcs_total{code=\"OK\",method=\"SubmitJob\"} 1"}) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
  EXPECT_THAT(metrics, HasSubstr("nepa_schedule_seconds_count"));
  EXPECT_EQ(HttpGet(coordinator.http(), "/healthz"), "ok\n");
  EXPECT_EQ(HttpGet(coordinator.http(), "/readyz"), "ok\n");
}

}  // namespace
}  // namespace nepa::testing
