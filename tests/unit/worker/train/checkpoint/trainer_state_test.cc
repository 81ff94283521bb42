#include "worker/train/checkpoint/trainer_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "absl/strings/str_replace.h"

namespace nepa::checkpoint {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

TrainerState Example() {
  return {.job_id = "j7",
          .attempt = 2,
          .step = 1000,
          .epoch = 4.25,
          .total_steps = 2400,
          .seed = std::numeric_limits<uint64_t>::max(),
          .train_count = 60000,
          .global_batch = 256,
          .keep_last_batch = true,
          .collapse_count = 3,
          .precision = "bf16",
          .world_size = 1,
          .micro_batch = 64,
          .nepa_version = "0.1.0",
          .libtorch_version = "2.11.0",
          .metrics = {{"loss", -0.5}},
          .last_evaluation = Measurement{900, {{"knn_top1", 0.75}}},
          .evaluation_owed = true,
          .best = 0.8};
}

TEST(TrainerStateTest, WhatWasWrittenIsReadBack) {
  const auto decoded = DecodeTrainerState(Encode(Example()));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, Example());
}

TEST(TrainerStateTest, AMetricThatIsNotFiniteIsLeftOut) {
  TrainerState state = Example();
  state.metrics["loss"] = std::numeric_limits<double>::quiet_NaN();
  const auto decoded = DecodeTrainerState(Encode(state));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_TRUE(decoded->metrics.empty());
}

TEST(TrainerStateTest, AMissingFieldAndAWrongTypeAreDataLossByName) {
  for (const char* text : {"{\"format\": 1}", "{\"format\": 1, \"job_id\": 7}"}) {
    const absl::Status status = DecodeTrainerState(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), HasSubstr("\"job_id\""));
  }
}

TEST(TrainerStateTest, WhatIsSaidOfEvaluationsMayBeMissing) {
  TrainerState state = Example();
  state.last_evaluation.reset();
  state.evaluation_owed = false;
  state.best.reset();
  const std::string text = Encode(state);
  EXPECT_THAT(text, Not(AnyOf(HasSubstr("evaluation"), HasSubstr("best"))));
  const auto decoded = DecodeTrainerState(text);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, state);
}

TEST(TrainerStateTest, WhatIsSaidOfEvaluationsIsOfTheRightType) {
  const std::string text = Encode(Example());
  for (const auto& [right, wrong] :
       std::map<std::string, std::string>{{"\"best\": 0.8", "\"best\": \"0.8\""},
                                          {"\"evaluation_owed\": true", "\"evaluation_owed\": 1"},
                                          {"\"step\": 900", "\"step\": null"}}) {
    ASSERT_THAT(text, HasSubstr(right));
    const absl::Status status =
        DecodeTrainerState(absl::StrReplaceAll(text, {{right, wrong}})).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << wrong;
  }
}

TEST(TrainerStateTest, AnotherFormatIsRefused) {
  EXPECT_EQ(DecodeTrainerState("{\"format\": 2}").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeTrainerState("half a fi").status().code(), absl::StatusCode::kDataLoss);
}

// Comparing a value calls itself for each level.
TEST(TrainerStateTest, BracketsAloneDoNotEndTheProcess) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  EXPECT_EQ(DecodeTrainerState(R"({"format": )" + deep + "}").status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace nepa::checkpoint
