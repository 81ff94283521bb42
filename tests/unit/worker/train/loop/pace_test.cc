#include "worker/train/loop/pace.h"

#include <gtest/gtest.h>

namespace nepa::loop {
namespace {

TEST(PaceTest, TheFirstTimeIsDueAndTheNextOnlyAfterTheLeastTime) {
  const absl::Time start = absl::FromUnixSeconds(1000);
  Pace pace(absl::Seconds(1));
  EXPECT_TRUE(pace.Due(start));
  pace.Done(start);
  EXPECT_FALSE(pace.Due(start + absl::Milliseconds(999)));
  EXPECT_TRUE(pace.Due(start + absl::Seconds(1)));
}

TEST(PaceTest, WhatWasDoneEarlyCountsAsDone) {
  const absl::Time start = absl::FromUnixSeconds(1000);
  Pace pace(absl::Seconds(1));
  pace.Done(start);
  pace.Done(start + absl::Milliseconds(500));
  EXPECT_FALSE(pace.Due(start + absl::Seconds(1)));
}

}  // namespace
}  // namespace nepa::loop
