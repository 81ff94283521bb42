#include "cli/run_job.h"

#include <gtest/gtest.h>

#include "common/config/job_file.h"
#include "common/config/job_spec_json.h"

namespace nepa::cli {
namespace {

config::JobFile FileOf(const std::string& schedule) {
  const config::JobFileResult result =
      config::ReadJobFile({.text = "name: a\nkind: pretrain\ndata: {train: {format: synthetic}}\n"
                                   "batch: {global: 512}\nschedule: " +
                                   schedule,
                           .file = "a.yaml",
                           .folder = "/jobs",
                           .overrides = {}});
  EXPECT_TRUE(result.job.has_value());
  return result.job.value_or(config::JobFile());
}

TEST(RunJobTest, TheSameConfigurationIsTheSameWhereverItStandsInTheFile) {
  config::JobFile file = FileOf("{epochs: 7}");
  file.positions["name"] = {1, 7};
  v1::Job job;
  job.set_job_file_json(config::ToJson(file));
  file.positions["name"] = {3, 7};
  file.file = "moved.yaml";
  EXPECT_TRUE(AsksForTheSame(job, file));
}

TEST(RunJobTest, AnyOtherValueMakesItAnotherJob) {
  config::JobFile file = FileOf("{epochs: 7}");
  v1::Job job;
  job.set_job_file_json(config::ToJson(file));
  file.spec.optimizer.lr *= 2;
  EXPECT_FALSE(AsksForTheSame(job, file));
  job.set_job_file_json("");
  EXPECT_FALSE(AsksForTheSame(job, file));
}

}  // namespace
}  // namespace nepa::cli
