#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "worker/train/optim/adamw.h"
#include "worker/train/optim/gradient_norm.h"
#include "worker/train/optim/parameter_rules.h"
#include "worker/train/optim/schedule.h"

namespace nepa::optim {
namespace {

// torch.optim.AdamW's formula in float64.
struct Oracle {
  at::Tensor weight, m, v;
  void Step(const at::Tensor& g, double lr, double decay, double b1, double b2, double eps, int t) {
    weight = weight * (1 - lr * decay);
    m = m * b1 + g * (1 - b1);
    v = v * b2 + g * g * (1 - b2);
    weight = weight - (m / (1 - std::pow(b1, t))) / ((v / (1 - std::pow(b2, t))).sqrt() + eps) * lr;
  }
};

void ExpectOracleSteps(const at::Tensor& weight, double beta2 = 0.95) {
  at::Tensor average = at::zeros(weight.sizes());
  Oracle oracle{weight.detach().to(at::kDouble), at::zeros(weight.sizes(), at::kDouble),
                at::zeros(weight.sizes(), at::kDouble)};
  at::Tensor expected_average;
  AdamW adamw({{"w", weight}}, {0.05}, {0.9, beta2, 1e-8});
  Ema ema(0.9, {average});
  for (int t = 1; t <= 4; ++t) {
    const at::Tensor g = at::randn(weight.sizes());
    weight.mutable_grad() = g;
    adamw.Step({0.01 * t}, 0.5, &ema);
    oracle.Step(g.to(at::kDouble) * 0.5, 0.01 * t, 0.05, 0.9, beta2, 1e-8, t);
    expected_average = t == 1 ? oracle.weight : expected_average * 0.9 + oracle.weight * 0.1;
  }
  EXPECT_LE((weight.detach() - oracle.weight).abs().max().item<double>(), 2e-6);
  EXPECT_LE((average - expected_average).abs().max().item<double>(), 2e-6);
  EXPECT_EQ(ema.updates(), 4);
  EXPECT_LE(((adamw.State()[1].tensor - oracle.v) / oracle.v).abs().max().item<double>(), 1e-6);
}

TEST(AdamWTest, PlainMemoryIsUpdatedAsTorchDoes) {
  ExpectOracleSteps(at::randn({301, 123}).requires_grad_(true));
}

TEST(AdamWTest, StridedMemoryIsUpdatedAsTorchDoes) {
  ExpectOracleSteps(at::randn({31, 12}).t().requires_grad_(true));
}

TEST(AdamWTest, ABetaNearOneLosesNoDigits) {
  ExpectOracleSteps(at::randn({301, 123}).requires_grad_(true), 0.999);
  ExpectOracleSteps(at::randn({31, 12}).t().requires_grad_(true), 0.999);
}

TEST(AdamWTest, AParameterWithoutGradientIsLeftAloneButAveraged) {
  const at::Tensor weight = at::ones({5}).requires_grad_(true);
  at::Tensor average = at::zeros({5});
  AdamW adamw({{"w", weight}}, {0.05}, {});
  Ema ema(0.9, {average});
  adamw.Step({1.0}, 1.0, &ema);
  EXPECT_TRUE(weight.detach().equal(at::ones({5})));
  EXPECT_TRUE(average.equal(at::ones({5})));
}

TEST(AdamWTest, AnUpdateRaisesTheVersionOfTheWeights) {
  const at::Tensor weight = at::ones({5}).requires_grad_(true);
  AdamW adamw({{"w", weight}}, {0.05}, {});
  const auto before = weight._version();
  weight.mutable_grad() = at::ones({5});
  adamw.Step({1.0}, 1.0);
  EXPECT_GT(weight._version(), before);
}

TEST(EmaTest, TheFirstUpdateCopiesAndLaterOnesAverage) {
  at::Tensor average = at::zeros({3});
  Ema ema(0.75, {average});
  ema.Update({at::full({3}, 4.0)});
  EXPECT_TRUE(average.equal(at::full({3}, 4.0)));
  ema.Update({at::full({3}, 8.0)});
  EXPECT_TRUE(average.equal(at::full({3}, 5.0)));
}

TEST(GradientNormTest, IsTheNormOfAllGradientsTogether) {
  const at::Tensor a = at::zeros({70000}).requires_grad_(true);
  const at::Tensor b = at::zeros({3}).requires_grad_(true);
  const at::Tensor c = at::zeros({3}).requires_grad_(true);  // no gradient
  a.mutable_grad() = at::full({70000}, 0.01);
  b.mutable_grad() = at::full({3}, 1.0);
  // Without our kernels (no AVX-512), ATen adds up in float.
  EXPECT_NEAR(GradientNorm({a, b, c}), std::sqrt(7.0 + 3.0), 2e-4);
  b.mutable_grad()[1] = NAN;
  EXPECT_TRUE(std::isnan(GradientNorm({a, b, c})));
}

TEST(GradientNormTest, ClippingScalesDownOnly) {
  EXPECT_EQ(ClipScale(0.5, 1.0), 1.0);
  EXPECT_NEAR(ClipScale(4.0, 1.0), 0.25, 1e-6);
  EXPECT_EQ(ClipScale(4.0, 0.0), 1.0);
}

TEST(ScheduleTest, PlainWarmsUpFromZeroAndEndsAtZero) {
  const Schedule schedule{.total_steps = 110, .warmup_steps = 10};
  EXPECT_EQ(RateMultiplier(schedule, 0, 1.0), 0.0);
  EXPECT_DOUBLE_EQ(RateMultiplier(schedule, 5, 1.0), 0.5);
  EXPECT_DOUBLE_EQ(RateMultiplier(schedule, 10, 1.0), 1.0);
  EXPECT_NEAR(RateMultiplier(schedule, 60, 1.0), 0.5, 1e-12);
  EXPECT_EQ(RateMultiplier(schedule, 110, 1.0), 0.0);
}

TEST(ScheduleTest, LayerwiseTheHeadStartsAtOnceAndDeepLayersWarmUpLonger) {
  const Schedule schedule{.total_steps = 100, .warmup_steps = 20, .layerwise = true};
  EXPECT_EQ(RateMultiplier(schedule, 0, 1.0), 0.0);  // w = 1
  EXPECT_EQ(RateMultiplier(schedule, 1, 1.0), 1.0);
  // f = 0.25: w = 20 - 5 = 15
  EXPECT_DOUBLE_EQ(RateMultiplier(schedule, 3, 0.25), 0.25 * 3 / 15);
  EXPECT_DOUBLE_EQ(RateMultiplier(schedule, 15, 0.25), 0.25);
  EXPECT_NEAR(RateMultiplier(schedule, 57, 0.25), 0.25 * 0.5 * (1 + std::cos(M_PI * 42.0 / 85.0)),
              1e-12);
  EXPECT_EQ(RateMultiplier(schedule, 100, 0.25), 0.0);
}

TEST(ScheduleTest, AShareOfTheStepsIsRoundedUp) {
  config::Warmup warmup;
  warmup.fraction = 0.025;
  EXPECT_EQ(WarmupSteps(warmup, 100), 3);
  warmup.fraction.reset();
  warmup.steps = 7;
  EXPECT_EQ(WarmupSteps(warmup, 100), 7);
}

TEST(ParameterRulesTest, FineTuningFollowsTheRecipe) {
  const at::Tensor matrix = at::zeros({2, 2}), vector = at::zeros({2});
  config::Optimizer optimizer;
  optimizer.lr = 1e-3;
  optimizer.head_lr = 5e-4;
  optimizer.layer_decay = 0.5;
  optimizer.weight_decay = 0.05;
  const auto rules =
      MakeParameterRules({{"vit_nepa.embeddings.cls_token", at::zeros({1, 1, 2})},
                          {"vit_nepa.embeddings.patch_embeddings.projection.weight", matrix},
                          {"vit_nepa.encoder.layer.0.layernorm_before.weight", vector},
                          {"vit_nepa.encoder.layer.11.output.dense.weight", matrix},
                          {"vit_nepa.layernorm.weight", vector},
                          {"fc_norm.weight", vector},
                          {"classifier.weight", matrix}},
                         12, config::Kind::kFinetune, optimizer, 1024, true);
  EXPECT_DOUBLE_EQ(rules[0].factor, std::pow(0.5, 12));
  EXPECT_EQ(rules[0].weight_decay, 0.05);  // the cls token is decayed
  EXPECT_FALSE(rules[0].frozen);
  EXPECT_TRUE(rules[1].frozen);
  EXPECT_DOUBLE_EQ(rules[2].factor, std::pow(0.5, 11));
  EXPECT_EQ(rules[2].weight_decay, 0.0);
  EXPECT_DOUBLE_EQ(rules[2].peak_rate, 4e-3);
  EXPECT_EQ(rules[3].factor, 1.0);
  EXPECT_EQ(rules[3].weight_decay, 0.05);
  EXPECT_EQ(rules[4].peak_rate, 5e-4);
  EXPECT_DOUBLE_EQ(rules[5].peak_rate, 4e-3);
  EXPECT_EQ(rules[5].factor, 1.0);
  EXPECT_EQ(rules[6].peak_rate, 5e-4);
}

}  // namespace
}  // namespace nepa::optim
