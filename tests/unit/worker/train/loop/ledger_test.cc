#include "worker/train/loop/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
    auto ledger = Ledger::Open(path_, 0);
    EXPECT_TRUE(ledger.ok()) << ledger.status();
    for (int64_t step = 1; step <= steps; ++step) {
      EXPECT_TRUE(ledger->Append(step, 0, {{0, step * 10, "aa"}, {1, step * 10 + 1, "bb"}}).ok());
    }
    return *std::move(ledger);
  }

  std::string path_;
};

TEST_F(LedgerTest, ALineIsStepEpochPositionSampleDigest) {
  auto ledger = Ledger::Open(path_, 0);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  ASSERT_TRUE(ledger->Append(3, 1, {{0, 17, "00ff"}, {1, 4, "abcd"}}).ok());
  EXPECT_EQ(Text(), "3\t1\t0\t17\t00ff\n3\t1\t1\t4\tabcd\n");
}

TEST_F(LedgerTest, AResumeKeepsWhatItsCheckpointHasSeenAndNothingMore) {
  Fill(3);
  auto resumed = Ledger::Open(path_, 2);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(Text(), "1\t0\t0\t10\taa\n1\t0\t1\t11\tbb\n2\t0\t0\t20\taa\n2\t0\t1\t21\tbb\n");
}

TEST_F(LedgerTest, ALineThatACrashCutShortIsDropped) {
  Fill(2);
  std::ofstream(path_, std::ios::app) << "3\t0\t0\t30";
  ASSERT_TRUE(Ledger::Open(path_, 2).ok());
  EXPECT_THAT(Text(), testing::EndsWith("2\t0\t1\t21\tbb\n"));
}

TEST_F(LedgerTest, ARankOfAPastAttemptWritesWhereNobodyReads) {
  Ledger past = Fill(2);
  auto resumed = Ledger::Open(path_, 1);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  ASSERT_TRUE(past.Append(3, 0, {{0, 30, "cc"}}).ok());
  EXPECT_EQ(Text(), "1\t0\t0\t10\taa\n1\t0\t1\t11\tbb\n");
}

TEST_F(LedgerTest, AFreshStartEmptiesTheLedger) {
  Fill(2);
  ASSERT_TRUE(Ledger::Open(path_, 0).ok());
  EXPECT_EQ(Text(), "");
}

TEST_F(LedgerTest, ALedgerThatEndsBeforeTheCheckpointIsDataLossAndStaysAsItIs) {
  Fill(2);
  const std::string before = Text();
  const absl::Status status = Ledger::Open(path_, 5).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(Text(), before);
}

TEST_F(LedgerTest, AFullDiskIsReported) {
  // /dev/full is the system's disk that is always full.
  std::filesystem::create_symlink("/dev/full", path_ + ".tmp");
  auto ledger = Ledger::Open(path_, 0);
  if (!ledger.ok()) return;  // the first flush may already say so
  EXPECT_EQ(ledger->Append(1, 0, {{0, 1, "aa"}}).code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace nepa::loop
