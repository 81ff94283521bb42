#include "cli/backoff.h"

#include <gtest/gtest.h>

namespace nepa::cli {
namespace {

TEST(BackoffTest, WaitsDoubleUpToABoundAndStartAnewAfterSuccess) {
  Backoff backoff;
  EXPECT_EQ(backoff.Next(absl::Minutes(1)), absl::Milliseconds(100));
  EXPECT_EQ(backoff.Next(absl::Minutes(1)), absl::Milliseconds(200));
  for (int i = 0; i < 10; ++i) backoff.Next(absl::Minutes(1));
  EXPECT_EQ(backoff.Next(absl::Minutes(1)), absl::Seconds(2));
  backoff.Reset();
  EXPECT_EQ(backoff.Next(absl::Minutes(1)), absl::Milliseconds(100));
}

TEST(BackoffTest, NeverWaitsLongerThanTheTimeThatIsLeft) {
  Backoff backoff;
  EXPECT_EQ(backoff.Next(absl::Milliseconds(30)), absl::Milliseconds(30));
  EXPECT_EQ(backoff.Next(absl::Seconds(-1)), absl::ZeroDuration());
}

}  // namespace
}  // namespace nepa::cli
