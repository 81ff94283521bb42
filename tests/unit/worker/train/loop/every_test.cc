#include "worker/train/loop/every.h"

#include <gtest/gtest.h>

namespace nepa::loop {
namespace {

using config::Interval;

const absl::Time kStart = absl::FromUnixSeconds(1000);

TEST(EveryTest, WithoutAnIntervalNothingIsEverDue) {
  const Every every(std::nullopt, 10, kStart);
  EXPECT_FALSE(every.Due(10, kStart + absl::Hours(1000)));
}

TEST(EveryTest, StepsCountFromTheStartOfTraining) {
  const Every every(Interval{.unit = Interval::Unit::kSteps, .count = 5}, 100, kStart);
  EXPECT_FALSE(every.Due(0, kStart));
  EXPECT_FALSE(every.Due(4, kStart));
  EXPECT_TRUE(every.Due(5, kStart));
  EXPECT_FALSE(every.Due(6, kStart));
  EXPECT_TRUE(every.Due(10, kStart));
}

TEST(EveryTest, EpochsAreDueAtTheirLastStep) {
  const Every every(Interval{.unit = Interval::Unit::kEpochs, .count = 2}, 7, kStart);
  EXPECT_FALSE(every.Due(7, kStart));
  EXPECT_TRUE(every.Due(14, kStart));
  EXPECT_TRUE(every.Due(28, kStart));
}

TEST(EveryTest, ATimeCountsFromTheLastTimeItWasDone) {
  Every every(Interval{.unit = Interval::Unit::kTime, .time = absl::Minutes(30)}, 7, kStart);
  EXPECT_FALSE(every.Due(1, kStart + absl::Minutes(29)));
  EXPECT_TRUE(every.Due(2, kStart + absl::Minutes(30)));
  every.Done(kStart + absl::Minutes(31));
  EXPECT_FALSE(every.Due(3, kStart + absl::Minutes(60)));
  EXPECT_TRUE(every.Due(4, kStart + absl::Minutes(61)));
}

}  // namespace
}  // namespace nepa::loop
