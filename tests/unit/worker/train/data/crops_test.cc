#include "worker/train/data/crops.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nepa::data {
namespace {

RandomStream Stream(uint64_t index) { return RandomStream(1, Purpose::kAugmentation, 0, index); }

TEST(CropsTest, RandomResizedCropsStayInsideAndWithinTheirBounds) {
  const config::Augmentation augmentation;  // 0.08 … 1 of the area, 3/4 … 4/3
  double smallest = 1, largest = 0;
  for (uint64_t i = 0; i < 2000; ++i) {
    RandomStream stream = Stream(i);
    const Region region = RandomResizedCrop({500, 375}, augmentation, stream);
    ASSERT_TRUE(region.left >= 0 && region.top >= 0 && region.width > 0 && region.height > 0);
    ASSERT_TRUE(region.left + region.width <= 500 && region.top + region.height <= 375);
    const double share = region.width * region.height / (500.0 * 375);
    const double ratio = region.width / static_cast<double>(region.height);
    ASSERT_GE(ratio, 0.74);
    ASSERT_LE(ratio, 1.35);
    smallest = std::min(smallest, share);
    largest = std::max(largest, share);
  }
  EXPECT_NEAR(smallest, 0.08, 0.005);
  EXPECT_GT(largest, 0.95);
}

TEST(CropsTest, AnImageOfAForbiddenShapeGetsTheLargestAllowedCropOfItsMiddle) {
  const config::Augmentation augmentation;
  config::Augmentation whole = augmentation;
  whole.scale_min = whole.scale_max = 1;  // no crop of the whole area fits
  RandomStream stream = Stream(0);
  EXPECT_EQ(RandomResizedCrop({100, 30}, whole, stream), (Region{30, 0, 40, 30}));
  EXPECT_EQ(RandomResizedCrop({30, 101}, whole, stream), (Region{0, 30, 30, 40}));
}

TEST(CropsTest, TheLongerSideIsTruncated) {
  EXPECT_EQ(ShorterSideTo({500, 375}, 256), (Size{341, 256}));
  EXPECT_EQ(ShorterSideTo({375, 500}, 256), (Size{256, 341}));
  EXPECT_EQ(ShorterSideTo({28, 28}, 32), (Size{32, 32}));
}

TEST(CropsTest, CenterOffsetsRoundHalfToEven) {
  EXPECT_EQ(CenterCrop({341, 256}, 224), (Region{58, 16, 224, 224}));  // 58.5 to 58
  EXPECT_EQ(CenterCrop({343, 235}, 224), (Region{60, 6, 224, 224}));   // 59.5 to 60, 5.5 to 6
}

TEST(CropsTest, EvaluationResizesAsTheRecipesDo) {
  EXPECT_EQ(EvaluationShorterSide(224), 256);
  EXPECT_EQ(EvaluationShorterSide(28), 32);
  EXPECT_EQ(EvaluationShorterSide(20), 23);  // 22.86
  EXPECT_EQ(EvaluationWarpSide(224), 235);
}

}  // namespace
}  // namespace nepa::data
