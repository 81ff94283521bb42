#include "cli/process_start.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"

namespace nepa::cli {
namespace {

TEST(ProcessStartTest, IsInThePastAndTheSameWheneverItIsAsked) {
  const absl::Time now = absl::Now();
  const absl::Time start = ProcessStart(now);
  EXPECT_LT(start, now);
  // The kernel counts in hundredths; the two clocks are read one after the other.
  const absl::Time later = absl::Now();
  EXPECT_LT(absl::AbsDuration(ProcessStart(later) - start), absl::Seconds(1));
}

}  // namespace
}  // namespace nepa::cli
