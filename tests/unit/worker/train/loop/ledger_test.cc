#include "worker/train/loop/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "common/io/file.h"

namespace nepa::loop {
namespace {

class LedgerTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string folder = testing::TempDir() + "/ledger_test_" +
                               testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder);
    ASSERT_TRUE(io::MakeFolders(folder).ok());
    path_ = folder + "/ledger.tsv";
  }

  std::string Text() const { return *io::ReadFile(path_, 1 << 20); }

  // A ledger of a run that did `steps` steps of two samples each.
  Ledger Fill(int64_t steps) {
    auto ledger = Ledger::Open(path_, 0, 1);
    EXPECT_TRUE(ledger.ok()) << ledger.status();
    for (int64_t step = 1; step <= steps; ++step) {
      EXPECT_TRUE(ledger->Append(step, 0, {{0, step * 10, "aa"}, {1, step * 10 + 1, "bb"}}).ok());
    }
    return *std::move(ledger);
  }

  std::string path_;
};

TEST_F(LedgerTest, ALineIsStepEpochPositionSampleDigest) {
  auto ledger = Ledger::Open(path_, 0, 1);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  ASSERT_TRUE(ledger->Append(3, 1, {{0, 17, "00ff"}, {1, 4, "abcd"}}).ok());
  EXPECT_EQ(Text(), "3\t1\t0\t17\t00ff\n3\t1\t1\t4\tabcd\n");
}

TEST_F(LedgerTest, AResumeKeepsWhatItsCheckpointHasSeenAndNothingMore) {
  Fill(3);
  auto resumed = Ledger::Open(path_, 2, 1);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(Text(), "1\t0\t0\t10\taa\n1\t0\t1\t11\tbb\n2\t0\t0\t20\taa\n2\t0\t1\t21\tbb\n");
}

TEST_F(LedgerTest, ALineThatACrashCutShortIsDropped) {
  Fill(2);
  std::ofstream(path_, std::ios::app) << "3\t0\t0\t30";
  ASSERT_TRUE(Ledger::Open(path_, 2, 1).ok());
  EXPECT_THAT(Text(), testing::EndsWith("2\t0\t1\t21\tbb\n"));
}

TEST_F(LedgerTest, ARankOfAPastAttemptWritesWhereNobodyReads) {
  Ledger past = Fill(2);
  auto resumed = Ledger::Open(path_, 1, 2);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  ASSERT_TRUE(past.Append(3, 0, {{0, 30, "cc"}}).ok());
  EXPECT_EQ(Text(), "1\t0\t0\t10\taa\n1\t0\t1\t11\tbb\n");
}

TEST_F(LedgerTest, AFreshStartEmptiesTheLedger) {
  Fill(2);
  ASSERT_TRUE(Ledger::Open(path_, 0, 1).ok());
  EXPECT_EQ(Text(), "");
}

TEST_F(LedgerTest, ALedgerThatEndsBeforeTheCheckpointIsDataLossAndStaysAsItIs) {
  Fill(2);
  const std::string before = Text();
  const absl::Status status = Ledger::Open(path_, 5, 1).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(Text(), before);
}

TEST_F(LedgerTest, ALedgerThatIsGoneIsDataLoss) {
  EXPECT_EQ(Ledger::Open(path_, 1, 2).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(LedgerTest, ALateRankOfAPastAttemptDoesNotTakeTheLedgerBack) {
  Fill(3);
  ASSERT_TRUE(Ledger::Open(path_, 2, 3).ok());
  const std::string before = Text();
  const absl::Status late = Ledger::Open(path_, 1, 2).status();
  EXPECT_EQ(late.code(), absl::StatusCode::kAborted) << late;
  EXPECT_EQ(Text(), before);
  ASSERT_TRUE(Ledger::Open(path_, 2, 3).ok()) << "the same attempt may open it again";
  EXPECT_TRUE(Ledger::Open(path_, 1, 4).ok());
}

TEST_F(LedgerTest, TwoAttemptsThatOpenAtOnceWriteFilesOfTheirOwn) {
  Fill(2);
  std::ofstream(path_ + ".tmp-attempt-1") << "half of what a past attempt";
  ASSERT_TRUE(Ledger::Open(path_, 1, 2).ok());
  EXPECT_EQ(Text(), "1\t0\t0\t10\taa\n1\t0\t1\t11\tbb\n");
  EXPECT_FALSE(std::filesystem::exists(path_ + ".tmp-attempt-1")) << "leftovers go";
}

// For its lifetime no file of this process may grow beyond `bytes`: a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  sighandler_t handler_;
  rlimit before_{};
};

TEST_F(LedgerTest, AFullDiskIsReported) {
  auto ledger = Ledger::Open(path_, 0, 1);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  absl::Status status;
  {
    const FullDisk full(16);
    status = ledger->Append(1, 0, {{0, 1, "aaaa"}, {1, 2, "bbbb"}});
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr(path_));
}

}  // namespace
}  // namespace nepa::loop
