#include "cli/run_job.h"

#include <gtest/gtest.h>

#include "common/config/job_spec_json.h"
#include "tests/unit/cli/job_files.h"

namespace nepa::cli {
namespace {

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
