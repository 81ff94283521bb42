#include "worker/train/model/stateless_random.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

namespace nepa::model {
namespace {

TEST(StatelessRandomTest, NormalHasTheWantedMeanAndDeviation) {
  at::Tensor values = at::empty({400, 501}, at::kFloat);
  FillNormal(3, "weights", 0.02, 2.0, values);
  EXPECT_NEAR(values.mean().item<double>(), 0.0, 2e-4);
  EXPECT_NEAR(values.std().item<double>(), 0.02, 2e-4);
}

TEST(StatelessRandomTest, ANumberDependsOnSeedNameAndPlaceAlone) {
  at::Tensor longer = at::empty({1000}, at::kFloat);
  at::Tensor shorter = at::empty({10}, at::kFloat);
  at::Tensor other = at::empty({10}, at::kFloat);
  FillNormal(3, "a", 1.0, 9.0, longer);
  FillNormal(3, "a", 1.0, 9.0, shorter);
  EXPECT_TRUE(longer.narrow(0, 0, 10).equal(shorter));
  FillNormal(3, "b", 1.0, 9.0, other);
  EXPECT_FALSE(other.equal(shorter));
  FillNormal(4, "a", 1.0, 9.0, other);
  EXPECT_FALSE(other.equal(shorter));
}

TEST(StatelessRandomTest, UniformFillsTheUnitIntervalEvenly) {
  at::Tensor values = at::empty({100003}, at::kFloat);
  FillUniform(1, 2, values);
  EXPECT_GE(values.min().item<float>(), 0.0f);
  EXPECT_LT(values.max().item<float>(), 1.0f);
  EXPECT_NEAR(values.mean().item<double>(), 0.5, 5e-3);
  EXPECT_NEAR(values.std().item<double>(), 0.288675, 5e-3);
}

}  // namespace
}  // namespace nepa::model
