#include "worker/train/data/mixing.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "worker/train/data/batch.h"

namespace nepa::data {
namespace {

RandomStream Stream(uint64_t index) { return RandomStream(1, Purpose::kMixing, 0, index); }

TEST(MixingTest, PartnersMirrorEachOtherWithinAGroup) {
  EXPECT_EQ(MixingPartner(0, 1024), 127);
  EXPECT_EQ(MixingPartner(127, 1024), 0);
  EXPECT_EQ(MixingPartner(130, 1024), 253);
  EXPECT_EQ(MixingPartner(128, 131), 130);  // a last group of three
  EXPECT_EQ(MixingPartner(129, 131), 129);
}

TEST(MixingTest, BothKindsAreDrawnHalfOfTheTime) {
  int cutmix = 0;
  for (uint64_t i = 0; i < 1000; ++i) {
    RandomStream stream = Stream(i);
    cutmix += DrawMix({.mixup = 0.8, .cutmix = 1}, 28, stream).cutmix;
  }
  EXPECT_NEAR(cutmix, 500, 80);
  RandomStream stream = Stream(0);
  EXPECT_FALSE(DrawMix({.mixup = 0.8, .cutmix = 0}, 28, stream).cutmix);
  EXPECT_TRUE(DrawMix({.mixup = 0, .cutmix = 1}, 28, stream).cutmix);
}

TEST(MixingTest, CutmixsWeightIsTheAreaThatIsLeft) {
  for (uint64_t i = 0; i < 200; ++i) {
    RandomStream stream = Stream(i);
    const Mix mix = DrawMix({.mixup = 0, .cutmix = 1}, 28, stream);
    ASSERT_TRUE(0 <= mix.top && mix.top <= mix.bottom && mix.bottom <= 28);
    ASSERT_TRUE(0 <= mix.left && mix.left <= mix.right && mix.right <= 28);
    const double area = (mix.bottom - mix.top) * (mix.right - mix.left);
    EXPECT_FLOAT_EQ(mix.own_weight, static_cast<float>(1 - area / 784));
  }
}

TEST(MixingTest, MixupBlendsBothWaysAtOnce) {
  std::vector<float> a = {1, 2, 3, 4}, b = {5, 6, 7, 8};
  ApplyMix({.own_weight = 0.75f}, 1, 2, true, absl::MakeSpan(a), absl::MakeSpan(b));
  EXPECT_THAT(a, testing::ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(b, testing::ElementsAre(4, 5, 6, 7));
  ApplyMix({.own_weight = 0.5f}, 1, 2, false, absl::MakeSpan(a), absl::MakeSpan(b));
  EXPECT_THAT(a, testing::ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(b, testing::ElementsAre(4, 5, 6, 7));
}

TEST(MixingTest, CutmixExchangesTheBox) {
  std::vector<float> a = {1, 2, 3, 4}, b = {5, 6, 7, 8};
  const Mix mix = {
      .own_weight = 0.5f, .cutmix = true, .top = 0, .bottom = 1, .left = 0, .right = 2};
  ApplyMix(mix, 1, 2, true, absl::MakeSpan(a), absl::MakeSpan(b));
  EXPECT_THAT(a, testing::ElementsAre(5, 6, 3, 4));
  EXPECT_THAT(b, testing::ElementsAre(1, 2, 7, 8));
}

TEST(TargetsTest, AreSmoothedAndMixed) {
  Batch batch;
  batch.samples = {0, 1};
  batch.labels = {0, 2};
  std::vector<float> targets(8);
  FillTargets(batch, 4, 0.1, absl::MakeSpan(targets));
  EXPECT_THAT(targets, testing::Pointwise(testing::FloatEq(), {0.925f, 0.025f, 0.025f, 0.025f,
                                                               0.025f, 0.025f, 0.925f, 0.025f}));
  batch.partner_labels = {2, 2};
  batch.own_weights = {0.25f, 0.5f};
  FillTargets(batch, 4, 0, absl::MakeSpan(targets));
  EXPECT_THAT(targets, testing::ElementsAre(0.25f, 0, 0.75f, 0, 0, 0, 1, 0));
}

TEST(TargetsTest, ALabelBeyondTheClassesWritesNothing) {
  Batch batch;
  batch.samples = {0};
  batch.labels = {2};
  batch.partner_labels = {-1};
  batch.own_weights = {0.5f};
  std::vector<float> targets(4, 7);
  FillTargets(batch, 2, 0, absl::MakeSpan(targets).subspan(0, 2));
  EXPECT_THAT(targets, testing::ElementsAre(0, 0, 7, 7));
}

}  // namespace
}  // namespace nepa::data
