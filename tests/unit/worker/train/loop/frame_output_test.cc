#include "worker/train/loop/frame_output.h"

#include <gtest/gtest.h>

namespace nepa::loop {
namespace {

TEST(FrameOutputTest, APersonReadsTheValuesOfAMetricPoint) {
  EXPECT_EQ(Describe(frames::Metrics{7, {{"learning_rate", 0.0015}, {"loss", -0.25}}}),
            "step 7  learning_rate 0.0015  loss -0.25");
}

TEST(FrameOutputTest, APersonReadsWhyTrainingEnded) {
  EXPECT_EQ(Describe(frames::Exit{frames::ExitKind::kSucceeded, ""}), "succeeded");
  EXPECT_EQ(Describe(frames::Exit{frames::ExitKind::kNotFinite, "step 3: the loss is nan"}),
            "not_finite: step 3: the loss is nan");
}

TEST(FrameOutputTest, APersonIsSparedProgressFrames) {
  EXPECT_EQ(Describe(frames::Progress{.step = 1}), "");
}

}  // namespace
}  // namespace nepa::loop
