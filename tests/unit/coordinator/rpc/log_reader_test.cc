#include "coordinator/rpc/log_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "absl/strings/str_cat.h"

namespace nepa::coordinator {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LogReaderTest : public ::testing::Test {
 protected:
  LogReaderTest() { fs::remove_all(folder_); }
  void Write(int attempt, int rank, const std::string& text) {
    const fs::path folder = fs::path(folder_) / "logs" / absl::StrCat("attempt-", attempt);
    fs::create_directories(folder);
    std::ofstream(folder / absl::StrCat("rank-", rank, ".log")) << text;
  }
  // "attempt/rank:text" of each piece.
  std::vector<std::string> Read(const LogRequest& request) {
    std::vector<std::string> pieces;
    status_ = ReadLogs(
        request, [&](int64_t) -> absl::StatusOr<LogSituation> { return now_; },
        [&](int64_t attempt, int64_t rank, absl::string_view text) {
          pieces.push_back(absl::StrCat(attempt, "/", rank, ":", text));
          return true;
        },
        [] { return false; });
    return pieces;
  }
  const std::string folder_ = ::testing::TempDir() + "/log_reader_test";
  LogSituation now_{folder_, 2, 2, true};
  absl::Status status_;
};

TEST_F(LogReaderTest, ReadsEveryRankOfTheLatestAttempt) {
  Write(1, 0, "old\n");
  Write(2, 0, "a\nb");
  Write(2, 1, "c\n");
  EXPECT_THAT(Read({}), ElementsAre("2/0:a\nb", "2/1:c\n"));
}

TEST_F(LogReaderTest, ReadsOneRankOfAnEarlierAttempt) {
  Write(1, 0, "x\n");
  Write(1, 1, "y\n");
  EXPECT_THAT(Read({1, 1, false}), ElementsAre("1/1:y\n"));
}

TEST_F(LogReaderTest, CutsLongLogsAtLineEnds) {
  const std::string line(kMaxLogPieceBytes * 3 / 4, 'a');
  Write(2, 0, line + "\n" + line + "\n");
  const std::vector<std::string> pieces = Read({0, 0, false});
  EXPECT_THAT(pieces, ElementsAre("2/0:" + line + "\n", "2/0:" + line + "\n"));
}

TEST_F(LogReaderTest, ALineLongerThanAPieceIsCutInsideIt) {
  Write(2, 0, std::string(kMaxLogPieceBytes + 5, 'a') + "\n");
  EXPECT_EQ(Read({0, 0, false}).size(), 2u);
}

TEST_F(LogReaderTest, FollowingAnEndedJobReadsToTheEndAndStops) {
  Write(2, 0, "a\nb");
  EXPECT_THAT(Read({0, 0, true}), ElementsAre("2/0:a\nb"));
  EXPECT_TRUE(status_.ok());
}

TEST_F(LogReaderTest, NothingWrittenYetIsNoError) {
  EXPECT_THAT(Read({}), IsEmpty());
  EXPECT_TRUE(status_.ok());
}

TEST_F(LogReaderTest, AnUnknownRankOrAttemptIsNotFound) {
  Read({2, 0, false});
  EXPECT_TRUE(absl::IsNotFound(status_));
  Read({-1, 3, false});
  EXPECT_TRUE(absl::IsNotFound(status_));
}

}  // namespace
}  // namespace nepa::coordinator
