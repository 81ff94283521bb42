#include "worker/train/loop/ending.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "common/base/exception_status.h"

namespace nepa::loop {
namespace {

using frames::ExitKind;

config::JobFile Job() {
  config::JobFile job;
  job.file = "pretrain.yaml";
  job.positions = {{"data.train", {5, 10}}, {"data.train.path", {6, 24}}};
  return job;
}

TEST(EndingTest, AFaultOfTheJobNamesThePlaceInTheFile) {
  const frames::Exit exit = ExitFor(JobFault(Job(), "data.train.path", "does not exist"));
  EXPECT_EQ(exit.kind, ExitKind::kInvalidJob);
  EXPECT_EQ(exit.message, "pretrain.yaml:6:24: data.train.path: does not exist");
}

TEST(EndingTest, AFieldThatTheFileDoesNotSpellOutIsPlacedAtItsMapping) {
  EXPECT_EQ(ExitFor(JobFault(Job(), "data.train.limit", "is too small")).message,
            "pretrain.yaml:5:10: data.train.limit: is too small");
}

TEST(EndingTest, AFieldWithoutAnyPlaceIsGivenWithTheFileAlone) {
  EXPECT_EQ(ExitFor(JobFault(Job(), "seed", "is odd")).message, "pretrain.yaml: seed: is odd");
}

TEST(EndingTest, ADiskErrorWhileReadingDataIsNotTheJobsFault) {
  EXPECT_EQ(ExitFor(SourceFault(Job(), "data.train.path", absl::UnavailableError("EIO"))).kind,
            ExitKind::kStorage);
  EXPECT_EQ(ExitFor(SourceFault(Job(), "data.train.path", absl::DataLossError("torn"))).kind,
            ExitKind::kInvalidJob);
}

TEST(EndingTest, AllFaultsAreToldAtOnceInTheOrderOfTheFile) {
  const config::JobFile job = Job();
  JobFaults faults(job);
  EXPECT_TRUE(faults.status().ok());
  faults.Add("data.train.path", "does not exist");
  faults.AddSource("data.train.limit", absl::DataLossError("torn"));
  faults.AddSource("data.eval.path", absl::UnavailableError("EIO"));
  const frames::Exit exit = ExitFor(faults.status());
  EXPECT_EQ(exit.kind, ExitKind::kInvalidJob) << "no retry would help";
  EXPECT_EQ(exit.message,
            "pretrain.yaml:5:10: data.train.limit: torn\n"
            "pretrain.yaml:6:24: data.train.path: does not exist");
  ASSERT_EQ(exit.faults.size(), 2u);
  EXPECT_EQ(exit.faults[1],
            (frames::Fault{"pretrain.yaml", 6, 24, "data.train.path", "does not exist"}));
}

TEST(EndingTest, AFullDiskSaysWhatToDo) {
  const frames::Exit exit = ExitFor(StorageFault(absl::ResourceExhaustedError("writing a: full")));
  EXPECT_EQ(exit.kind, ExitKind::kStorage);
  EXPECT_EQ(exit.message,
            "writing a: full. Make room on the storage; the job then resumes from its last "
            "checkpoint");
  EXPECT_TRUE(StorageFault(absl::OkStatus()).ok());
}

TEST(EndingTest, MemoryThatRanOutOnAnyThreadIsNotTheStoragesFault) {
  const absl::Status loading = ExceptionStatus(std::bad_alloc(), "loading images");
  for (const frames::Exit& exit :
       {ExitFor(StorageFault(loading)), ExitFor(LoadingFault(Job(), "data.train.path", loading))}) {
    EXPECT_EQ(exit.kind, ExitKind::kOutOfMemory);
    EXPECT_THAT(exit.message, testing::HasSubstr("batch.micro"));
  }
}

TEST(EndingTest, ABugOfOursIsNeitherTheStoragesFaultNorTheJobs) {
  const absl::Status bug = ExceptionStatus(std::runtime_error("odd"), "writing a checkpoint");
  EXPECT_EQ(ExitFor(StorageFault(bug)).kind, ExitKind::kInternal);
  EXPECT_EQ(ExitFor(LoadingFault(Job(), "data.train.path", bug)).kind, ExitKind::kInternal);
}

TEST(EndingTest, TheInnermostKindCounts) {
  const absl::Status inner = EndWith(ExitKind::kStorage, absl::UnavailableError("disk"));
  EXPECT_EQ(ExitFor(EndWith(ExitKind::kInternal, inner)).kind, ExitKind::kStorage);
}

TEST(EndingTest, OkSucceedsAndAnUnmarkedErrorIsInternal) {
  EXPECT_EQ(ExitFor(absl::OkStatus()).kind, ExitKind::kSucceeded);
  EXPECT_EQ(ExitFor(EndWith(ExitKind::kStorage, absl::OkStatus())).kind, ExitKind::kSucceeded);
  EXPECT_EQ(ExitFor(absl::UnknownError("?")).kind, ExitKind::kInternal);
}

TEST(EndingTest, RunningOutOfMemoryIsTheJobsFaultAndSaysWhatToDo) {
  const frames::Exit exit = ExitForException(std::bad_alloc());
  EXPECT_EQ(exit.kind, ExitKind::kOutOfMemory);
  EXPECT_THAT(exit.message, testing::HasSubstr("batch.micro"));
  EXPECT_EQ(
      ExitForException(std::runtime_error("DefaultCPUAllocator: can't allocate memory: x")).kind,
      ExitKind::kOutOfMemory);
}

TEST(EndingTest, AnotherExceptionIsInternalWithItsFirstLine) {
  const frames::Exit exit = ExitForException(std::runtime_error("shapes differ\nException raised"));
  EXPECT_EQ(exit.kind, ExitKind::kInternal);
  EXPECT_EQ(exit.message, "training: shapes differ");
}

}  // namespace
}  // namespace nepa::loop
