#include "worker/train/loop/best_so_far.h"

#include <gtest/gtest.h>

namespace nepa::loop {
namespace {

TEST(BestSoFarTest, OnlyWhatIsBetterThanAllBeforeImproves) {
  BestSoFar best(config::Kind::kPretrain);
  EXPECT_TRUE(best.Improves({{"knn_top1", 0.5}}));
  EXPECT_FALSE(best.Improves({{"knn_top1", 0.5}}));
  EXPECT_FALSE(best.Improves({{"knn_top1", 0.4}}));
  EXPECT_TRUE(best.Improves({{"knn_top1", 0.6}}));
  EXPECT_EQ(best.value(), 0.6);
}

TEST(BestSoFarTest, AResumedRunComparesWithWhatItHadMeasured) {
  BestSoFar best(config::Kind::kPretrain, 0.7);
  EXPECT_FALSE(best.Improves({{"knn_top1", 0.6}}));
  EXPECT_EQ(best.value(), 0.7);
}

TEST(BestSoFarTest, AClassifierIsComparedByItsAverage) {
  BestSoFar best(config::Kind::kFinetune);
  EXPECT_FALSE(best.Improves({{"top1", 0.9}}));
  EXPECT_FALSE(best.value().has_value());
  EXPECT_TRUE(best.Improves({{"top1", 0.9}, {"ema_top1", 0.2}}));
  EXPECT_EQ(best.value(), 0.2);
}

}  // namespace
}  // namespace nepa::loop
