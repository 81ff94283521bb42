#include <ATen/TensorOperators.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "worker/train/objective/classification.h"
#include "worker/train/objective/nepa_loss.h"

namespace nepa::objective {
namespace {

TEST(NepaLossTest, IsMinusOneWhereEachPositionNamesTheNextEmbedding) {
  const at::Tensor input = at::randn({2, 5, 8});
  at::Tensor predicted = at::randn({2, 5, 8});
  predicted.narrow(1, 0, 4).copy_(input.narrow(1, 1, 4) * 3.0);
  EXPECT_NEAR(NepaLoss(input, predicted).item<double>(), -1.0, 1e-6);
}

TEST(NepaLossTest, DoesNotRewardNamingTheOwnEmbedding) {
  at::Tensor input = at::zeros({1, 3, 4});
  for (int t = 0; t < 3; ++t) input[0][t][t] = 1.0;
  EXPECT_NEAR(NepaLoss(input, input).item<double>(), 0.0, 1e-6);
}

TEST(NepaLossTest, PassesNoGradientToItsTarget) {
  const at::Tensor input = at::randn({2, 5, 8}).requires_grad_(true);
  const at::Tensor predicted = at::randn({2, 5, 8}).requires_grad_(true);
  NepaLoss(input, predicted).backward();
  EXPECT_FALSE(input.grad().defined());
  EXPECT_TRUE(predicted.grad().defined());
}

// A strided input takes LibTorch's operators, a plain one the kernel.
TEST(NepaLossTest, KernelAndOperatorsGiveTheSameLossAndGradient) {
  const at::Tensor input = at::randn({3, 18, 40});
  const at::Tensor plain = at::randn({3, 18, 40}).requires_grad_(true);
  const at::Tensor strided = plain.detach().transpose(1, 2).contiguous().requires_grad_(true);
  const at::Tensor a = NepaLoss(input, plain) * 7.0;
  const at::Tensor b = NepaLoss(input, strided.transpose(1, 2)) * 7.0;
  EXPECT_NEAR(a.item<double>(), b.item<double>(), 1e-6);
  a.backward();
  b.backward();
  EXPECT_LE((plain.grad() - strided.grad().transpose(1, 2)).abs().max().item<double>(), 1e-6);
}

TEST(NepaLossTest, ANanInThePredictionShows) {
  at::Tensor predicted = at::randn({1, 3, 8});
  predicted[0][1][2] = NAN;
  EXPECT_TRUE(std::isnan(NepaLoss(at::randn({1, 3, 8}), predicted).item<double>()));
}

TEST(CrossEntropyTest, SmoothedTargetsAndLabelSmoothingAgree) {
  const at::Tensor logits = at::randn({4, 5});
  const at::Tensor labels = at::tensor(std::vector<int64_t>{0, 4, 2, 2}, at::kLong);
  EXPECT_NEAR(SoftCrossEntropy(logits, SmoothTargets(labels, 5, 0.1)).item<double>(),
              CrossEntropy(logits, labels, 0.1).item<double>(), 1e-6);
  EXPECT_NEAR(SmoothTargets(labels, 5, 0.1).sum().item<double>(), 4.0, 1e-6);
}

}  // namespace
}  // namespace nepa::objective
