#include "worker/train/loop/step_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nepa::loop {
namespace {

config::JobSpec Spec(int64_t epochs, int64_t steps, int64_t global) {
  config::JobSpec spec;
  spec.schedule.epochs = epochs;
  spec.schedule.steps = steps;
  spec.batch.global = global;
  return spec;
}

TEST(StepPlanTest, TheIncompleteLastBatchOfAnEpochIsDropped) {
  const auto plan = MakeStepPlan(Spec(12, 0, 256), 60000);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->steps_per_epoch, 234);
  EXPECT_EQ(plan->total_steps, 12 * 234);
  EXPECT_DOUBLE_EQ(plan->EpochAt(117), 0.5);
}

TEST(StepPlanTest, TheIncompleteLastBatchIsAStepWhereTheJobKeepsIt) {
  config::JobSpec spec = Spec(2, 0, 256);
  spec.batch.last = config::LastBatch::kKeep;
  EXPECT_EQ(MakeStepPlan(spec, 60000)->total_steps, 2 * 235);
}

TEST(StepPlanTest, StepsMayBeGivenInsteadOfEpochs) {
  EXPECT_EQ(MakeStepPlan(Spec(0, 17, 256), 60000)->total_steps, 17);
}

TEST(StepPlanTest, DataThatDoesNotFillABatchIsRefusedWithBothNumbers) {
  const auto plan = MakeStepPlan(Spec(1, 0, 256), 100);
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(plan.status().message()),
              testing::AllOf(testing::HasSubstr("256"), testing::HasSubstr("100")));
}

TEST(StepPlanTest, AWarmupLongerThanTheRunIsRefusedWithBothNumbers) {
  config::JobSpec spec = Spec(2, 0, 256);
  const StepPlan plan = *MakeStepPlan(spec, 60000);  // 468 steps
  EXPECT_TRUE(CheckWarmup(spec, plan).ok()) << "a share always fits";
  spec.schedule.warmup = {.fraction = std::nullopt, .steps = 468};
  EXPECT_TRUE(CheckWarmup(spec, plan).ok());
  spec.schedule.warmup.steps = 469;
  const absl::Status status = CheckWarmup(spec, plan);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              testing::AllOf(testing::HasSubstr("469"), testing::HasSubstr("468")));
}

TEST(MicroPlanTest, WhatTheJobFileSaysCounts) {
  config::JobSpec spec = Spec(1, 0, 100);
  spec.batch.micro = 32;
  const MicroPlan plan = MakeMicroPlan(spec, {}, 1);
  EXPECT_EQ(plan.micro_batch, 32);
  EXPECT_EQ(plan.accumulation, 4);
}

TEST(MicroPlanTest, AMicroBatchIsNeverLargerThanTheRanksPart) {
  config::JobSpec spec = Spec(1, 0, 100);
  spec.batch.micro = 64;
  const MicroPlan plan = MakeMicroPlan(spec, {}, 4);
  EXPECT_EQ(plan.micro_batch, 25);
  EXPECT_EQ(plan.accumulation, 1);
}

TEST(MicroPlanTest, ASmallModelTakesTheWholeBatchAtOnce) {
  const config::ModelConfig fashion{.hidden_size = 128,
                                    .num_hidden_layers = 4,
                                    .num_attention_heads = 4,
                                    .intermediate_size = 512,
                                    .image_size = 28,
                                    .patch_size = 7};
  EXPECT_EQ(MakeMicroPlan(Spec(1, 0, 256), fashion, 1).accumulation, 1);
}

TEST(MicroPlanTest, ALargeModelTakesPassesOfEqualSizeThatCoverTheBatch) {
  const MicroPlan plan = MakeMicroPlan(Spec(1, 0, 4096), {}, 8);
  EXPECT_LT(plan.micro_batch, 64);
  EXPECT_GE(plan.micro_batch * plan.accumulation, 512);
  EXPECT_LT(plan.micro_batch * (plan.accumulation - 1), 512);
}

}  // namespace
}  // namespace nepa::loop
