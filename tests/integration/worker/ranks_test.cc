#include "worker/runtime/ranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "tests/integration/worker/scratch_folder.h"
#include "tests/support/program.h"
#include "tests/support/scripted_trainer.h"

namespace nepa::worker {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::WaitUntil;

class RanksTest : public ::testing::Test {
 protected:
  RanksTest() {
    launch.job.folder = folder.path() + "/storage/jobs/j1";
    launch.job.job_file_json = "{}";
    launch.log_folder = launch.job.folder + "/logs/attempt-1";
    launch.log_path = launch.log_folder + "/rank-0.log";
    std::filesystem::create_directories(folder.path() + "/storage");
  }

  absl::StatusOr<pid_t> Start(const std::vector<std::string>& steps) {
    testing::WriteTrainerScript(trainer, steps);
    return ranks.Start(id, launch, folder.path() + "/storage");
  }

  // Reads until the process has ended; what it sent and how it ended.
  std::vector<frames::Frame> frames;
  absl::Status fault;
  agent::ProcessEnd end;
  void Add(FramesRead read) {
    for (frames::Frame& frame : read.frames) frames.push_back(std::move(frame));
    if (!read.fault.ok()) fault = read.fault;
  }
  bool RunToEnd(bool kill_on_fault = false) {
    return WaitUntil(
        [&] {
          Add(ranks.Read(id));
          if (!fault.ok() && kill_on_fault) ranks.Kill(id);
          for (RankEnd& ended : ranks.TakeEnded()) {
            Add(std::move(ended.rest));
            end = ended.end;
            return true;
          }
          return false;
        },
        absl::Seconds(20));
  }

  const agent::RankId id{{"j1", 1}, 0};
  ScratchFolder folder;
  const std::string trainer = folder.path() + "/trainer";
  StateFolder state = *StateFolder::Open(folder.path() + "/state");
  Ranks ranks{trainer, std::nullopt, state};
  Launch launch;
};

TEST_F(RanksTest, EveryFrameArrivesInOrderAlsoThoseLeftInThePipe) {
  ASSERT_TRUE(Start({"started", "train:5", "checkpoint", "exit:succeeded:done"}).ok());
  ASSERT_TRUE(RunToEnd());
  ASSERT_THAT(frames, SizeIs(8));
  EXPECT_TRUE(std::holds_alternative<frames::Started>(frames[0]));
  EXPECT_EQ(std::get<frames::Progress>(frames[5]).step, 5);
  EXPECT_EQ(std::get<frames::CheckpointWritten>(frames[6]).path, "checkpoints/a1-s5");
  EXPECT_EQ(std::get<frames::Exit>(frames[7]).message, "done");
  EXPECT_TRUE(fault.ok());
  EXPECT_EQ(end.exit_status, 0);
  EXPECT_TRUE(ranks.empty());
}

TEST_F(RanksTest, FramesWrittenJustBeforeASignalAreNotLost) {
  ASSERT_TRUE(Start({"started", "signal:9"}).ok());
  std::vector<RankEnd> ended;
  ASSERT_TRUE(WaitUntil([&] { return !(ended = ranks.TakeEnded()).empty(); }, absl::Seconds(20)));
  EXPECT_THAT(ended[0].rest.frames, SizeIs(1));
  EXPECT_EQ(ended[0].end.signal_number, SIGKILL);
}

TEST_F(RanksTest, AStopReachesTheRank) {
  ASSERT_TRUE(Start({"started", "train"}).ok());
  ASSERT_TRUE(WaitUntil(
      [&] {
        Add(ranks.Read(id));
        return frames.size() > 2;
      },
      absl::Seconds(20)));
  ranks.WriteStop(id, {/*checkpoint=*/true});
  ASSERT_TRUE(RunToEnd());
  EXPECT_EQ(std::get<frames::Exit>(frames.back()).kind, frames::ExitKind::kStopped);
  EXPECT_TRUE(std::holds_alternative<frames::CheckpointWritten>(frames[frames.size() - 2]));
}

TEST_F(RanksTest, GarbageIsAFaultAfterTheFramesBeforeIt) {
  ASSERT_TRUE(Start({"started", "garbage", "hang"}).ok());
  ASSERT_TRUE(RunToEnd(/*kill_on_fault=*/true));
  EXPECT_THAT(frames, SizeIs(1));
  EXPECT_THAT(std::string(fault.message()), HasSubstr("Epoch 1/3"));
  EXPECT_EQ(end.signal_number, SIGKILL);
}

TEST_F(RanksTest, AnEndlessLineIsAFaultAndHoldsNobodyUp) {
  ASSERT_TRUE(Start({"endless", "hang"}).ok());
  ASSERT_TRUE(RunToEnd(/*kill_on_fault=*/true));
  EXPECT_EQ(fault.code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(RanksTest, TheLastLinesOfTheLogComeWithTheEnd) {
  ASSERT_TRUE(Start({"print:hello", "error:cannot open libtorch", "status:3"}).ok());
  ASSERT_TRUE(RunToEnd());
  EXPECT_EQ(end.exit_status, 3);
  EXPECT_EQ(end.log_tail, "hello\ncannot open libtorch");
}

TEST_F(RanksTest, GrandchildrenDieWithTheirRank) {
  ASSERT_TRUE(Start({"grandchild", "exit:succeeded:"}).ok());
  ASSERT_TRUE(RunToEnd());
  pid_t grandchild = 0;
  std::ifstream(launch.job.folder + "/grandchild") >> grandchild;
  ASSERT_GT(grandchild, 0);
  EXPECT_TRUE(WaitUntil([&] { return IsGone(grandchild); }, absl::Seconds(20)));
}

TEST_F(RanksTest, AMissingStorageIsNotMadeButRefused) {
  std::filesystem::remove_all(folder.path() + "/storage");
  const absl::StatusOr<pid_t> pid = Start({});
  EXPECT_TRUE(absl::IsUnavailable(pid.status()));
  EXPECT_THAT(std::string(pid.status().message()), HasSubstr("--storage"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/storage"));
}

TEST_F(RanksTest, RecordsOfARankGoWithIt) {
  ASSERT_TRUE(Start({"exit:succeeded:"}).ok());
  const std::filesystem::path records = folder.path() + "/state/ranks";
  EXPECT_TRUE(std::filesystem::exists(records / "j1.1.0.pid"));
  EXPECT_TRUE(std::filesystem::exists(records / "j1.1.0.json"));
  ASSERT_TRUE(RunToEnd());
  EXPECT_TRUE(std::filesystem::is_empty(records));
}

TEST_F(RanksTest, RanksThatSurvivedTheirWorkerAreEndedByTheNextOne) {
  const absl::StatusOr<pid_t> pid = Start({"started", "hang"});
  ASSERT_TRUE(pid.ok());
  EXPECT_TRUE(state.EndStaleRanks().ok());  // as the next start does, with the records it finds
  EXPECT_TRUE(IsGone(*pid));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() + "/state/ranks"));
  ASSERT_TRUE(RunToEnd());
}

}  // namespace
}  // namespace nepa::worker
