#include "common/config/nearest_name.h"

#include <gtest/gtest.h>

#include <limits>

namespace nepa::config {
namespace {

TEST(NearestName, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(EditDistance("", ""), 0);
  EXPECT_EQ(EditDistance("", "abc"), 3);
  EXPECT_EQ(EditDistance("epochs", "epoch"), 1);
  EXPECT_EQ(EditDistance("nmae", "name"), 1);
  EXPECT_EQ(EditDistance("shcedule", "schedule"), 1);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
}

TEST(NearestName, CaseAndHyphensCostNothing) {
  EXPECT_EQ(EditDistance("Weight-Decay", "weight_decay"), 0);
}

TEST(NearestName, VeryLongNamesAreNotCompared) {
  EXPECT_EQ(EditDistance(std::string(65, 'a'), "a"), std::numeric_limits<int>::max());
  EXPECT_EQ(EditDistance(std::string(64, 'a'), "a"), 63);
}

TEST(NearestName, ElseTheOnlyOneThatHasItAsAWord) {
  const std::vector<std::string> names = {"image_folder", "weight_decay", "layer_decay", "idx"};
  EXPECT_EQ(NearestName("folder", names), "image_folder");
  EXPECT_EQ(NearestName("Image", names), "image_folder");
  EXPECT_EQ(NearestName("decay", names), "");
  EXPECT_EQ(NearestName("fold", names), "");
}

TEST(NearestName, IsTheClosestOrNone) {
  const std::vector<std::string> names = {"epochs", "steps", "warmup"};
  EXPECT_EQ(NearestName("epoch", names), "epochs");
  EXPECT_EQ(NearestName("stpes", names), "steps");
  EXPECT_EQ(NearestName("colour", names), "");
  EXPECT_EQ(NearestName("", names), "");
  EXPECT_EQ(NearestName(std::string(1000, 'x'), names), "");
}

}  // namespace
}  // namespace nepa::config
