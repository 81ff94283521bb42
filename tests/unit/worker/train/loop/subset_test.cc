#include "worker/train/loop/subset.h"

#include <gtest/gtest.h>

#include <set>

namespace nepa::loop {
namespace {

// Sample i has label i.
class Counting final : public data::Dataset {
 public:
  int64_t count() const override { return 100; }
  int32_t label(int64_t index) const override { return static_cast<int32_t>(index); }
  const std::vector<std::string>& class_names() const override { return names_; }
  absl::StatusOr<data::ImageView> Read(int64_t index, data::ChooseRegion,
                                       data::Image&) const override {
    return absl::NotFoundError(Describe(index));
  }
  std::string Describe(int64_t index) const override { return std::to_string(index); }

 private:
  std::vector<std::string> names_;
};

TEST(SpreadSubsetTest, HasSoManyDifferentSamplesInOrderFromAllOver) {
  const auto subset = SpreadSubset(std::make_shared<Counting>(), 20);
  ASSERT_EQ(subset->count(), 20);
  std::set<int32_t> labels;
  for (int64_t i = 0; i < 20; ++i) {
    labels.insert(subset->label(i));
    EXPECT_EQ(subset->Describe(i), std::to_string(subset->label(i)));
    if (i > 0) {
      EXPECT_LT(subset->label(i - 1), subset->label(i));
    }
  }
  EXPECT_EQ(labels.size(), 20u);
  EXPECT_LT(*labels.begin(), 30);
  EXPECT_GT(*labels.rbegin(), 70);
}

TEST(SpreadSubsetTest, ZeroAndTooManyMeanAll) {
  const auto whole = std::make_shared<Counting>();
  EXPECT_EQ(SpreadSubset(whole, 0), whole);
  EXPECT_EQ(SpreadSubset(whole, 100), whole);
}

}  // namespace
}  // namespace nepa::loop
