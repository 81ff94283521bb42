#include "worker/train/loop/collapse_monitor.h"

#include <gtest/gtest.h>

namespace nepa::loop {
namespace {

TEST(CollapseMonitorTest, OnlyARowOfCollapsedStepsCounts) {
  CollapseMonitor monitor({.collapse_std = 0.01, .collapse_steps = 3});
  EXPECT_FALSE(monitor.Collapsed(0.001));
  EXPECT_FALSE(monitor.Collapsed(0.001));
  EXPECT_FALSE(monitor.Collapsed(0.02));
  EXPECT_FALSE(monitor.Collapsed(0.001));
  EXPECT_FALSE(monitor.Collapsed(0.001));
  EXPECT_TRUE(monitor.Collapsed(0.001));
}

TEST(CollapseMonitorTest, AResumedRunGoesOnCounting) {
  CollapseMonitor monitor({.collapse_std = 0.01, .collapse_steps = 3}, 2);
  EXPECT_TRUE(monitor.Collapsed(0.001));
}

TEST(CollapseMonitorTest, ALimitOfZeroTurnsItOff) {
  CollapseMonitor monitor({.collapse_std = 0, .collapse_steps = 1});
  EXPECT_FALSE(monitor.Collapsed(0));
}

}  // namespace
}  // namespace nepa::loop
