// The ledger at every point where the disk can fail or the power can go: it tells what the weights
// of the latest checkpoint have seen, and more only of what came after.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/io/file.h"
#include "tests/support/crash_points.h"
#include "worker/train/loop/ledger.h"

namespace nepa::loop {
namespace {

using testing::CrashPoints;
using testing::TestEveryCrashPoint;

const std::string& Folder() {
  static const auto* const folder = new std::string(::testing::TempDir() + "/ledger_crash_test");
  return *folder;
}
std::string Path() { return Folder() + "/ledger.tsv"; }

std::string Lines(int64_t first, int64_t last) {
  std::string lines;
  for (int64_t step = first; step <= last; ++step) {
    absl::StrAppend(&lines, step, "\t0\t0\t", step, "\taa\n", step, "\t0\t1\t", step, "\tbb\n");
  }
  return lines;
}

absl::Status Append(Ledger& ledger, int64_t first, int64_t last) {
  for (int64_t step = first; step <= last; ++step) {
    NEPA_RETURN_IF_ERROR(ledger.Append(step, 0, {{0, step, "aa"}, {1, step, "bb"}}));
  }
  return absl::OkStatus();
}

// A run of four steps whose checkpoint is of the second.
void FirstAttempt() {
  auto ledger = Ledger::Open(Path(), 0, 1);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  ASSERT_TRUE(Append(*ledger, 1, 4).ok());
  ASSERT_TRUE(ledger->Sync().ok());
}

std::string Text() {
  const absl::StatusOr<std::string> text = io::ReadFile(Path(), 1 << 20);
  return text.ok() ? *text : "";
}

TEST(LedgerCrash, WhatWasSyncedBeforeACheckpointIsThereWithIt) {
  const CrashPoints points = TestEveryCrashPoint(
      Folder(), {.name = "a ledger's steps",
                 .prepare = [] {},
                 .write =
                     [] {
                       NEPA_ASSIGN_OR_RETURN(Ledger ledger, Ledger::Open(Path(), 0, 1));
                       NEPA_RETURN_IF_ERROR(Append(ledger, 1, 3));
                       return ledger.Sync();  // as before a checkpoint gets its name
                     },
                 .check = [](bool synced) { EXPECT_TRUE(!synced || Text() == Lines(1, 3)); }});
  EXPECT_GE(points.calls, 12);
}

TEST(LedgerCrash, AResumeLeavesTheOldLedgerOrTheNewOneNeverATornOne) {
  const CrashPoints points = TestEveryCrashPoint(
      Folder(), {.name = "a ledger's resume",
                 .prepare = FirstAttempt,
                 .write = [] { return Ledger::Open(Path(), 2, 2).status(); },
                 .check =
                     [](bool acknowledged) {
                       const std::string text = Text();
                       EXPECT_TRUE(text == Lines(1, 2) || (!acknowledged && text == Lines(1, 4)))
                           << text;
                     }});
  EXPECT_GE(points.calls, 8);
}

TEST(LedgerCrash, AHalfWrittenStepIsNotTakenOver) {
  std::filesystem::remove_all(Folder());
  std::filesystem::create_directories(Folder());
  FirstAttempt();
  // What a half-written step leaves is not taken over by the resume.
  std::ofstream(Path(), std::ios::app) << "5\t0\t0\t5\ta";
  ASSERT_TRUE(Ledger::Open(Path(), 4, 2).ok());
  EXPECT_EQ(Text(), Lines(1, 4));
}

}  // namespace
}  // namespace nepa::loop
