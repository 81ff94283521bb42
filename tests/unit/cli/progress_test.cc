#include "cli/progress.h"

#include <gtest/gtest.h>

namespace nepa::cli {
namespace {

v1::Job Job(v1::Phase phase) {
  v1::Job job;
  job.set_id("j1");
  job.set_name("fashion");
  job.set_phase(phase);
  job.set_step(1230);
  job.set_total_steps(2340);
  job.set_epoch(6.3);
  job.set_epochs(12);
  job.set_global_batch(256);
  (*job.mutable_metrics())["loss"] = -0.91234;
  (*job.mutable_metrics())["images_per_second"] = 1420.3;
  return job;
}

TEST(ProgressTest, ARunningJobShowsEpochStepLossSpeedAndTimeLeft) {
  EXPECT_EQ(ProgressLine(Job(v1::PHASE_RUNNING), false),
            "j1 fashion  RUNNING  epoch 6.3/12  step 1,230/2,340  loss -0.9123  1,420 images/s  "
            "3m20s left");
}

TEST(ProgressTest, WhatIsNotKnownYetIsLeftOut) {
  v1::Job job = Job(v1::PHASE_RUNNING);
  job.set_total_steps(0);
  job.clear_metrics();
  job.clear_epochs();
  EXPECT_EQ(ProgressLine(job, false), "j1 fashion  RUNNING  epoch 6.3  step 1,230");
  EXPECT_FALSE(TimeLeft(job).has_value());
}

TEST(ProgressTest, AWaitingJobSaysForWhat) {
  v1::Job job = Job(v1::PHASE_QUEUED);
  job.set_reason("needs 2 slots, 1 is free");
  EXPECT_EQ(ProgressLine(job, false), "j1 fashion  QUEUED  needs 2 slots, 1 is free");
}

TEST(ProgressTest, TheEndSaysHowLongItTookAndWhatCameOut) {
  v1::Job job = Job(v1::PHASE_SUCCEEDED);
  job.mutable_started_at()->set_seconds(100);
  job.mutable_ended_at()->set_seconds(350);
  (*job.mutable_metrics())["knn_top1"] = 0.7777;
  EXPECT_EQ(EndLine(job, false),
            "j1 fashion SUCCEEDED in 4m10s: 1,230 steps, loss -0.9123, knn_top1 77.8 %");
}

TEST(ProgressTest, AFailureSaysWhichRankAndWhy) {
  v1::Job job = Job(v1::PHASE_FAILED);
  job.mutable_exit()->set_kind("not_finite");
  job.mutable_exit()->set_rank(3);
  job.mutable_exit()->set_message("the loss is nan at step 12");
  EXPECT_EQ(EndLine(job, false),
            "j1 fashion FAILED: not_finite (rank 3): the loss is nan at step 12");
}

}  // namespace
}  // namespace nepa::cli
