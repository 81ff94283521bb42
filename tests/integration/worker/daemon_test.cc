// nepa-worker as a program: a scripted coordinator, scripted trainers, everything between them
// real.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/config/job_file.h"
#include "common/config/job_spec_json.h"
#include "tests/integration/worker/scratch_folder.h"
#include "tests/integration/worker/scripted_coordinator.h"
#include "tests/support/local_cluster.h"
#include "tests/support/program.h"
#include "tests/support/scripted_trainer.h"
#include "tests/support/small_jobs.h"

namespace nepa::worker {
namespace {

using exchange::Desired;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::WaitUntil;

constexpr absl::Duration kPatience = absl::Seconds(30);

class DaemonTest : public ::testing::Test {
 protected:
  DaemonTest() {
    std::filesystem::create_directories(folder.path() + "/storage");
    const config::JobFileResult file =
        config::ReadJobFile({testing::SmallPretrainJob("fashion", 10, 5), "job.yaml", "/", {}});
    EXPECT_TRUE(file.job.has_value());
    if (file.job.has_value()) job_file_json = config::ToJson(*file.job);
  }

  void StartWorker(const std::vector<std::string>& steps, std::vector<std::string> more = {}) {
    testing::WriteTrainerScript(folder.path() + "/trainer", steps);
    std::filesystem::remove(folder.path() + "/state/endpoints.json");
    std::vector<std::string> flags = {"--state",       folder.path() + "/state",
                                      "--coordinator", coordinator.address(),
                                      "--name",        "alpha",
                                      "--http",        "127.0.0.1:0",
                                      "--storage",     folder.path() + "/storage",
                                      "--trainer",     folder.path() + "/trainer"};
    flags.insert(flags.end(), more.begin(), more.end());
    worker.emplace(testing::BinaryPath("nepa-worker"), flags, folder.path() + "/worker.log");
    ASSERT_TRUE(WaitUntil([&] { return !HttpAddress().empty(); }, kPatience)) << WorkerLog();
  }

  std::string HttpAddress() {
    std::ifstream stream(folder.path() + "/state/endpoints.json");
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    return text.empty() ? "" : nlohmann::json::parse(text).value("http", "");
  }
  std::string Metrics() { return testing::HttpGet(HttpAddress(), "/metrics"); }
  std::string WorkerLog() { return Read("worker.log"); }
  std::string Read(const std::string& path) {
    std::ifstream stream(folder.path() + "/" + path);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  exchange::GangOrder Order(int64_t attempt, Desired desired = Desired::kRun) {
    exchange::GangOrder order;
    order.attempt = {"j1", attempt};
    order.desired = desired;
    order.ranks = {0};
    order.job_file_json = job_file_json;
    order.folder = "jobs/j1";
    return order;
  }

  // Number of the one rank that runs and has done `steps`, 0 while there is none.
  pid_t RunningPid(int64_t steps = 1) {
    const exchange::Report report = coordinator.last_report();
    if (report.ranks.size() != 1 || report.ranks[0].progress.step < steps) return 0;
    return static_cast<pid_t>(report.ranks[0].pid);
  }
  pid_t WaitForRank(int64_t steps = 1) {
    EXPECT_TRUE(WaitUntil([&] { return RunningPid(steps) > 0; }, kPatience)) << WorkerLog();
    return RunningPid(steps);
  }
  frames::Exit WaitForExit() {
    EXPECT_TRUE(WaitUntil([&] { return !coordinator.exits().empty(); }, kPatience)) << WorkerLog();
    const std::vector<exchange::RankExited> exits = coordinator.exits();
    return exits.empty() ? frames::Exit{} : exits.back().exit;
  }

  ScratchFolder folder;
  ScriptedCoordinator coordinator;
  std::string job_file_json;
  std::optional<testing::Program> worker;
};

TEST_F(DaemonTest, AJobRunsFromOrderToExit) {
  StartWorker({"print:hello", "started", "train:20", "checkpoint", "exit:succeeded:done"});
  ASSERT_TRUE(WaitUntil([&] { return coordinator.registrations() == 1; }, kPatience));
  EXPECT_EQ(coordinator.registration().name, "alpha");
  EXPECT_EQ(coordinator.registration().http_address, HttpAddress());
  EXPECT_EQ(coordinator.registration().slots, 1);
  ASSERT_TRUE(
      WaitUntil([&] { return !testing::HttpGet(HttpAddress(), "/readyz").empty(); }, kPatience));
  coordinator.Order({Order(1)});
  EXPECT_EQ(WaitForExit().kind, frames::ExitKind::kSucceeded);
  const std::vector<exchange::OutboxItem> arrived = coordinator.arrived();
  ASSERT_THAT(arrived, SizeIs(3));
  EXPECT_TRUE(std::holds_alternative<exchange::RankStarted>(arrived[0].what));
  EXPECT_EQ(std::get<exchange::RankCheckpoint>(arrived[1].what).checkpoint.step, 20);
  EXPECT_EQ(std::get<exchange::RankExited>(arrived[2].what).progress.step, 20);
  EXPECT_EQ(Read("storage/jobs/j1/logs/attempt-1/rank-0.log"), "hello\n");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() + "/state/ranks"));
  const std::string metrics = Metrics();
  EXPECT_THAT(metrics, HasSubstr("nepa_train_loss{job_id=\"j1\",job_name=\"fashion\"} -0.5"));
  EXPECT_THAT(metrics,
              HasSubstr("nepa_train_images_total{job_id=\"j1\",job_name=\"fashion\"} 160"));
  EXPECT_THAT(metrics, HasSubstr("nepa_checkpoint_write_seconds_count"));
}

TEST_F(DaemonTest, PausingStopsAtACheckpointAndCancellingKills) {
  StartWorker({"started", "train"});
  coordinator.Order({Order(1)});
  WaitForRank();
  coordinator.Order({Order(1, Desired::kStopWithCheckpoint)});
  EXPECT_EQ(WaitForExit().kind, frames::ExitKind::kStopped);
  EXPECT_TRUE(std::holds_alternative<exchange::RankCheckpoint>(coordinator.arrived()[1].what));
  coordinator.Order({Order(2)});
  const pid_t pid = WaitForRank();
  coordinator.Order({Order(2, Desired::kKill)});
  ASSERT_TRUE(WaitUntil([&] { return coordinator.exits().size() == 2; }, kPatience));
  EXPECT_EQ(coordinator.exits()[1].exit.kind, frames::ExitKind::kKilled);
  EXPECT_TRUE(IsGone(pid));
}

TEST_F(DaemonTest, ARankKilledFromOutsideIsReportedAtOnce) {
  StartWorker({"started", "train"});
  coordinator.Order({Order(1)});
  ::kill(WaitForRank(), SIGKILL);
  const frames::Exit exit = WaitForExit();
  EXPECT_EQ(exit.kind, frames::ExitKind::kKilled);
  EXPECT_THAT(exit.message, HasSubstr("SIGKILL"));
}

TEST_F(DaemonTest, ARankThatEndsWithoutAWordIsReportedWithItsLastWords) {
  StartWorker({"started", "error:terminate called after throwing", "status:134"});
  coordinator.Order({Order(1)});
  const frames::Exit exit = WaitForExit();
  EXPECT_EQ(exit.kind, frames::ExitKind::kInternal);
  EXPECT_THAT(exit.message, HasSubstr("terminate called after throwing"));
}

TEST_F(DaemonTest, GarbageOnTheFramePipeKillsTheRankWithTheReason) {
  StartWorker({"started", "garbage", "hang"});
  coordinator.Order({Order(1)});
  const frames::Exit exit = WaitForExit();
  EXPECT_EQ(exit.kind, frames::ExitKind::kInternal);
  EXPECT_THAT(exit.message, HasSubstr("Epoch 1/3"));
}

TEST_F(DaemonTest, AnEndlessFrameKillsTheRankWithTheReason) {
  StartWorker({"started", "endless", "hang"});
  coordinator.Order({Order(1)});
  const frames::Exit exit = WaitForExit();
  EXPECT_EQ(exit.kind, frames::ExitKind::kInternal);
  EXPECT_THAT(exit.message, HasSubstr("longer than the allowed"));
}

TEST_F(DaemonTest, AMissingTrainerIsSaid) {
  StartWorker({});
  std::filesystem::remove(folder.path() + "/trainer");
  coordinator.Order({Order(1)});
  const frames::Exit exit = WaitForExit();
  EXPECT_EQ(exit.kind, frames::ExitKind::kInternal);
  EXPECT_THAT(exit.message, HasSubstr(folder.path() + "/trainer"));
}

TEST_F(DaemonTest, RanksGoOnWhileTheCoordinatorIsAwayAndAreAdopted) {
  StartWorker({"started", "train"});
  coordinator.Order({Order(1)});
  const pid_t pid = WaitForRank();
  const int64_t before = coordinator.last_report().ranks[0].progress.step;
  coordinator.Stop();
  ASSERT_TRUE(
      WaitUntil([&] { return testing::HttpGet(HttpAddress(), "/readyz").empty(); }, kPatience));
  coordinator.Start();
  ASSERT_TRUE(WaitUntil([&] { return RunningPid(before + 20) > 0; }, kPatience)) << WorkerLog();
  EXPECT_EQ(RunningPid(), pid);
  EXPECT_EQ(coordinator.registrations(), 1);
  EXPECT_THAT(coordinator.exits(), IsEmpty());
}

TEST_F(DaemonTest, ASilentCoordinatorIsAskedAnew) {
  StartWorker({"started", "train"});
  coordinator.Order({Order(1)});
  const pid_t pid = WaitForRank();
  coordinator.BeSilent(true);
  ASSERT_TRUE(
      WaitUntil([&] { return testing::HttpGet(HttpAddress(), "/readyz").empty(); }, kPatience));
  coordinator.BeSilent(false);
  ASSERT_TRUE(
      WaitUntil([&] { return !testing::HttpGet(HttpAddress(), "/readyz").empty(); }, kPatience));
  EXPECT_EQ(RunningPid(), pid);
}

TEST_F(DaemonTest, AFencedWorkerEndsItsRanksAndRegistersAgain) {
  StartWorker({"started", "train"});
  coordinator.Order({Order(1)});
  const pid_t pid = WaitForRank();
  coordinator.FenceNext();
  ASSERT_TRUE(WaitUntil([&] { return coordinator.registrations() == 2; }, kPatience));
  EXPECT_TRUE(WaitUntil([&] { return IsGone(pid); }, kPatience));
  coordinator.Order({Order(2)});
  // The newest report may still be one of before the fencing.
  EXPECT_TRUE(WaitUntil([&] { return RunningPid(1) > 0 && RunningPid(1) != pid; }, kPatience))
      << WorkerLog();
  EXPECT_THAT(coordinator.exits(), IsEmpty());
}

TEST_F(DaemonTest, TheEndOfTheWorkerIsInOrder) {
  StartWorker({"started", "train"});
  coordinator.Order({Order(1)});
  WaitForRank();
  worker->Signal(SIGTERM);
  EXPECT_EQ(worker->Wait(kPatience), 0) << WorkerLog();
  EXPECT_TRUE(coordinator.last_report().leaving);
  const std::vector<exchange::OutboxItem> arrived = coordinator.arrived();
  ASSERT_THAT(arrived, SizeIs(3));
  EXPECT_TRUE(std::holds_alternative<exchange::RankCheckpoint>(arrived[1].what));
  EXPECT_EQ(std::get<exchange::RankExited>(arrived[2].what).exit.kind, frames::ExitKind::kStopped);
}

TEST_F(DaemonTest, TheEndOfTheWorkerIsBounded) {
  StartWorker({"started", "progress", "hang"}, {"--leave-limit", "1s"});
  coordinator.Order({Order(1)});
  const pid_t pid = WaitForRank();
  worker->Signal(SIGTERM);
  EXPECT_EQ(worker->Wait(kPatience), 0);
  EXPECT_TRUE(IsGone(pid));
  EXPECT_EQ(WaitForExit().kind, frames::ExitKind::kKilled);
}

TEST_F(DaemonTest, RanksOfAKilledWorkerEndByThemselves) {
  StartWorker({"started", "train"});
  coordinator.Order({Order(1)});
  const pid_t pid = WaitForRank();
  worker->KillNow();
  EXPECT_TRUE(WaitUntil([&] { return IsGone(pid); }, kPatience));
}

TEST_F(DaemonTest, ARankThatOverlooksTheEndOfItsWorkerIsEndedByTheNextOne) {
  StartWorker({"started", "progress", "hang"});
  coordinator.Order({Order(1)});
  const pid_t pid = WaitForRank();
  worker->KillNow();
  worker.reset();
  EXPECT_FALSE(IsGone(pid));
  StartWorker({"started", "train"});
  EXPECT_TRUE(IsGone(pid));
  ASSERT_TRUE(WaitUntil([&] { return coordinator.registrations() == 2; }, kPatience));
  coordinator.Order({Order(2)});
  WaitForRank();
}

TEST_F(DaemonTest, ASecondWorkerOnTheSameFolderIsRefused) {
  StartWorker({});
  const testing::Output second = testing::RunProgram(
      testing::BinaryPath("nepa-worker"), {"--state", folder.path() + "/state", "--http",
                                           "127.0.0.1:0", "--trainer", folder.path() + "/trainer"});
  EXPECT_EQ(second.code, 1);
  EXPECT_THAT(second.error, HasSubstr("in use by another worker"));
  EXPECT_THAT(second.error, HasSubstr(std::to_string(worker->pid())));
}

}  // namespace
}  // namespace nepa::worker
