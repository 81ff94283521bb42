#include "worker/train/loop/throughput.h"

#include <gtest/gtest.h>

namespace nepa::loop {
namespace {

TEST(ThroughputTest, IsZeroBeforeTheFirstStep) {
  EXPECT_EQ(Throughput(absl::Seconds(5)).images_per_second(), 0);
}

TEST(ThroughputTest, IsTheRateOfTheStepsInTheWindow) {
  Throughput throughput(absl::Seconds(5));
  throughput.AddStep(100, absl::Seconds(10));  // a slow first step
  EXPECT_DOUBLE_EQ(throughput.images_per_second(), 10);
  for (int i = 0; i < 5; ++i) throughput.AddStep(100, absl::Seconds(1));
  EXPECT_DOUBLE_EQ(throughput.images_per_second(), 100);
}

TEST(ThroughputTest, AStepLongerThanTheWindowCountsAlone) {
  Throughput throughput(absl::Seconds(5));
  throughput.AddStep(100, absl::Seconds(1));
  throughput.AddStep(100, absl::Seconds(20));
  EXPECT_DOUBLE_EQ(throughput.images_per_second(), 5);
}

}  // namespace
}  // namespace nepa::loop
