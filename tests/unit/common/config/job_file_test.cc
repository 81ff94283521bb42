// Reading whole job files; what is said about wrong ones is in tests/scenarios/job_files.
#include "common/config/job_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace nepa::config {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

JobFileResult Read(const std::string& text, const std::string& file = "job.yaml") {
  return ReadJobFile({text, file, "/jobs", {}});
}

TEST(JobFile, KeepsItsNameItsFolderAndWhereItsFieldsStand) {
  const JobFileResult result = ReadJobFile(
      {"data:\n  train: {path: x}\nseed: 3\n", "a/b.yaml", "/jobs", {"batch.global=8"}});
  ASSERT_TRUE(result.job);
  EXPECT_EQ(result.job->file, "a/b.yaml");
  EXPECT_EQ(result.job->folder, "/jobs");
  EXPECT_EQ(result.job->positions.at("data.train.path"), (Position{2, 17}));
  EXPECT_EQ(result.job->positions.at("data.train"), (Position{2, 10}));
  EXPECT_EQ(result.job->positions.at("seed"), (Position{3, 7}));
  EXPECT_EQ(result.job->positions.count("batch.global"), 0) << "an override stands nowhere";
}

TEST(JobFile, IsCalledAfterItsFileWhereItHasNoName) {
  const auto name = [](const std::string& file) {
    const JobFileResult result = Read("data: {train: {path: x}}", file);
    return result.job ? result.job->spec.name : "refused";
  };
  EXPECT_EQ(name("jobs/fashion_pretrain.yaml"), "fashion_pretrain");
  EXPECT_EQ(name("My job (2).yaml"), "My-job-2");
  EXPECT_EQ(name("j12.yaml"), "job-j12");
  EXPECT_EQ(name("-"), "job");
  EXPECT_EQ(name(""), "job");
  EXPECT_EQ(name(".yaml"), "yaml");
  EXPECT_EQ(name("größe.yaml"), "gr-e");
  EXPECT_THAT(name(std::string(200, 'a')), SizeIs(::testing::Le(64)));
  EXPECT_NE(name("j" + std::string(200, '1')), "refused");
}

TEST(JobFile, IsRefusedAboveItsGreatestLength) {
  const std::string text = "data: {train: {path: x}}\n";
  EXPECT_TRUE(Read(text + std::string(kMaxJobFileBytes - text.size(), '\n')).job);
  const JobFileResult result = Read(text + std::string(kMaxJobFileBytes, '\n'));
  EXPECT_FALSE(result.job);
  ASSERT_THAT(result.faults, SizeIs(1));
  EXPECT_THAT(result.faults[0].message, HasSubstr("at most 1048576"));
}

TEST(JobFile, NeedsAnAbsoluteFolder) {
  const JobFileResult result = ReadJobFile({"data: {train: {path: x}}", "job.yaml", "jobs", {}});
  ASSERT_THAT(result.faults, SizeIs(1));
  EXPECT_THAT(result.faults[0].message, HasSubstr("not an absolute path"));
}

TEST(JobFile, TellsAHundredFaultsAndHowManyMoreThereAre) {
  std::string text;
  for (int i = 0; i < 250; ++i) absl::StrAppend(&text, "unknown", i, ": 1\n");
  const JobFileResult result = Read(text + "data: {train: {path: x}}\n");
  ASSERT_THAT(result.faults, SizeIs(101));
  EXPECT_EQ(result.faults[0].field, "unknown0");
  EXPECT_EQ(FormatFault(result.faults[100]), "job.yaml: and 150 more faults");
}

TEST(JobFile, HasNoJobWhereItHasFaults) {
  for (const char* text : {"seed: x\ndata: {train: {path: x}}",
                           "seed: 1\nseed: 2\ndata: {train: "
                           "{path: x}}",
                           "data: {train: &a {path: x}}"}) {
    const JobFileResult result = Read(text);
    EXPECT_FALSE(result.job) << text;
    EXPECT_THAT(result.faults, SizeIs(1)) << text;
  }
}

}  // namespace
}  // namespace nepa::config
