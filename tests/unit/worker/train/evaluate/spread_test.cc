#include "worker/train/evaluate/spread.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Generator.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "gtest/gtest.h"

namespace nepa::evaluate {
namespace {

TEST(SpreadTest, TheEffectiveRankOfEqualDirectionsIsTheirNumber) {
  EXPECT_NEAR(EffectiveRank(at::eye(6)), 6, 1e-3);
  EXPECT_NEAR(EffectiveRank(at::eye(6).narrow(1, 0, 2)), 2, 1e-3);  // tall
  EXPECT_NEAR(EffectiveRank(at::eye(6).narrow(0, 0, 3)), 3, 1e-3);  // wide
  EXPECT_NEAR(EffectiveRank(at::ones({50, 8})), 1, 1e-3);
  EXPECT_EQ(EffectiveRank(at::zeros({4, 3})), 1);
}

TEST(SpreadTest, UnequalSingularValuesCountByTheirEntropy) {
  at::Tensor features = at::zeros({2, 2});
  features[0][0] = 3;
  features[1][1] = 1;  // shares 3/4 and 1/4
  const double entropy = -(0.75 * std::log(0.75) + 0.25 * std::log(0.25));
  EXPECT_NEAR(EffectiveRank(features), std::exp(entropy), 1e-5);
}

TEST(SpreadTest, EmbeddingsThatPointEverywhereHaveAStdOfOneOverRootD) {
  const at::Generator random = at::detail::createCPUGenerator(1);
  const at::Tensor embeddings = at::randn({4, 500, 64}, random) * 1e-3;
  EXPECT_NEAR(EmbeddingStd(embeddings), 1 / std::sqrt(64.0), 1e-3);
}

TEST(SpreadTest, EmbeddingsThatAllPointOneWayHaveNone) {
  EXPECT_NEAR(EmbeddingStd(at::ones({10, 3, 8}) * 5), 0, 1e-7);
  EXPECT_EQ(EmbeddingStd(at::ones({1, 8})), 0);
}

}  // namespace
}  // namespace nepa::evaluate
