// The tables and field lists that people see.
#include <gtest/gtest.h>

#include "cli/checkpoint_text.h"
#include "cli/configuration_text.h"
#include "cli/job_rows.h"
#include "common/config/job_file.h"
#include "common/config/job_spec_json.h"

namespace nepa::cli {
namespace {

constexpr absl::Time kNow = absl::FromUnixSeconds(3600);

v1::Job Job() {
  v1::Job job;
  job.set_id("j1");
  job.set_name("fashion");
  job.set_kind("pretrain");
  job.set_phase(v1::PHASE_RUNNING);
  job.set_attempt(1);
  job.set_priority(500);
  job.set_ranks(1);
  job.set_step(1230);
  job.set_total_steps(2340);
  job.set_epoch(6.3);
  (*job.mutable_metrics())["loss"] = -0.5;
  (*job.mutable_metrics())["images_per_second"] = 1420;
  job.mutable_submitted_at()->set_seconds(3000);
  job.mutable_started_at()->set_seconds(3300);
  return job;
}

TEST(JobTableTest, EachJobIsARow) {
  v1::Job waiting;
  waiting.set_id("j12");
  waiting.set_name("next");
  waiting.set_kind("finetune");
  waiting.set_phase(v1::PHASE_QUEUED);
  waiting.mutable_submitted_at()->set_seconds(3590);
  EXPECT_EQ(JobTable({Job(), waiting}, kNow).Render(false),
            "ID   NAME     KIND      PHASE           STEP  EPOCH     LOSS  IMAGES/S  RESTARTS   "
            "TIME  AGE\n"
            "j1   fashion  pretrain  RUNNING  1,230/2,340    6.3  -0.5000     1,420         0  "
            "5m00s  10m\n"
            "j12  next     finetune  QUEUED             0    0.0        -         -         0      "
            "-  10s\n");
}

TEST(JobTableTest, AnEndedJobHasNoSpeedAndItsTimeStandsStill) {
  v1::Job job = Job();
  job.set_phase(v1::PHASE_SUCCEEDED);
  job.mutable_ended_at()->set_seconds(3310);
  const std::string text = JobTable({job}, kNow).Render(false);
  EXPECT_NE(text.find("10s  10m\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("1,420"), std::string::npos) << text;
}

TEST(JobTableTest, TheTimeOfAJobThatDoesNotRunDoesNotGrow) {
  for (const v1::Phase phase : {v1::PHASE_PAUSED, v1::PHASE_QUEUED}) {
    v1::Job job = Job();
    job.set_phase(phase);
    const std::string text = JobTable({job}, kNow).Render(false);
    EXPECT_NE(text.find("-  10m\n"), std::string::npos) << text;
  }
}

TEST(CheckpointTableTest, TheAccuracyIsThatWhichBestGoesBy) {
  v1::Checkpoint checkpoint;
  checkpoint.set_id("c1");
  checkpoint.set_job("j1");
  checkpoint.set_step(500);
  checkpoint.set_epoch(2);
  checkpoint.set_bytes(3 << 20);
  checkpoint.set_state(v1::CHECKPOINT_STATE_AVAILABLE);
  (*checkpoint.mutable_metrics())["top1"] = 0.5;
  (*checkpoint.mutable_metrics())["ema_top1"] = 0.625;
  checkpoint.mutable_created_at()->set_seconds(3595);
  EXPECT_EQ(CheckpointTable({checkpoint}, kNow).Render(false),
            "ID  JOB  STEP  EPOCH  LOSS  ACCURACY     SIZE  STATE      PINNED  AGE\n"
            "c1  j1    500    2.0     -    62.5 %  3.0 MiB  AVAILABLE  -        5s\n");
}

TEST(ConfigurationTextTest, TheEffectiveConfigurationIsAJobFileThatAsksForTheSame) {
  const config::JobFileText text{
      .text = "name: a\nkind: pretrain\ndata: {train: {format: synthetic}}\nbatch: {global: 64}\n",
      .file = "a.yaml",
      .folder = "/jobs",
      .overrides = {}};
  const config::JobFileResult read = config::ReadJobFile(text);
  ASSERT_TRUE(read.job.has_value());
  v1::Job job;
  job.set_job_file_json(config::ToJson(*read.job));
  const config::JobFileResult again = config::ReadJobFile(
      {.text = ConfigurationYaml(job), .file = "b.yaml", .folder = "/jobs", .overrides = {}});
  ASSERT_TRUE(again.job.has_value());
  EXPECT_TRUE(again.job->spec == read.job->spec);
  EXPECT_EQ(ConfigurationJson(job).at("name"), "a");
}

TEST(ConfigurationTextTest, WhatCannotBeReadIsLeftOut) {
  v1::Job job;
  job.set_job_file_json("broken");
  EXPECT_TRUE(ConfigurationJson(job).is_null());
  EXPECT_EQ(ConfigurationYaml(job), "");
}

}  // namespace
}  // namespace nepa::cli
