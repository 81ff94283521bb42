#include "worker/train/evaluate/accuracy.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace nepa::evaluate {
namespace {

at::Tensor Floats(std::vector<float> values, std::vector<int64_t> shape) {
  return at::tensor(values).reshape(shape);
}
at::Tensor Labels(std::vector<int64_t> values) { return at::tensor(values); }

AccuracyCounts Count(const at::Tensor& logits, const at::Tensor& labels) {
  AccuracyCounts counts;
  CountCorrect(logits, labels, counts);
  return counts;
}

TEST(AccuracyTest, CountsTheFirstAndTheFirstFive) {
  const at::Tensor logits = Floats({7, 6, 5, 4, 3, 2, 1,   // 0 is first
                                    7, 6, 5, 4, 3, 2, 1,   // 4 is fifth
                                    7, 6, 5, 4, 3, 2, 1},  // 5 is sixth
                                   {3, 7});
  const AccuracyCounts counts = Count(logits, Labels({0, 4, 5}));
  EXPECT_EQ(counts.images, 3);
  EXPECT_EQ(counts.top1_correct, 1);
  EXPECT_EQ(counts.top5_correct, 2);
  EXPECT_DOUBLE_EQ(counts.top1(), 1.0 / 3);
}

TEST(AccuracyTest, AddsBatches) {
  AccuracyCounts counts;
  CountCorrect(Floats({1, 2}, {1, 2}), Labels({1}), counts);
  CountCorrect(Floats({1, 2}, {1, 2}), Labels({0}), counts);
  EXPECT_EQ(counts.images, 2);
  EXPECT_EQ(counts.top1_correct, 1);
  EXPECT_EQ(counts.top5_correct, 2);  // of two classes
}

TEST(AccuracyTest, ATieCountsAgainstTheModel) {
  EXPECT_EQ(Count(at::zeros({4, 10}), Labels({0, 3, 5, 9})).top1_correct, 0);
}

TEST(AccuracyTest, LogitsThatAreNotNumbersAreWrong) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(Count(Floats({nan, nan}, {1, 2}), Labels({0})).top1_correct, 0);
  EXPECT_EQ(Count(Floats({1, nan}, {1, 2}), Labels({0})).top1_correct, 0);
}

TEST(AccuracyTest, NoImagesAreNoAccuracy) { EXPECT_EQ(AccuracyCounts().top1(), 0); }

}  // namespace
}  // namespace nepa::evaluate
