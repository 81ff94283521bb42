#include "worker/train/model/composed.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "worker/train/model/rope.h"
#include "worker/train/model/vit_nepa.h"

namespace nepa::model {
namespace {

config::ModelConfig Odd() {  // sizes that only the composition serves
  config::ModelConfig config;
  config.hidden_size = 24;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 2;
  config.intermediate_size = 20;
  config.image_size = 12;
  config.patch_size = 4;
  config.num_channels = 2;
  config.initializer_range = 0.2;
  config.layerscale_value = 0.5;
  return config;
}

TEST(ComposedTest, APositionSeesNoLaterPatchWhenCausal) {
  const VitNepa model = VitNepa::Create(Odd(), 1);
  const at::Tensor pixels = at::randn({1, 2, 12, 12});
  at::Tensor changed = pixels.clone();
  changed.narrow(2, 8, 4).narrow(3, 8, 4).add_(1.0);  // the last patch
  const at::Tensor a = model.Forward(pixels).last_hidden_state_BTD;
  const at::Tensor b = model.Forward(changed).last_hidden_state_BTD;
  EXPECT_TRUE(a.narrow(1, 0, 9).equal(b.narrow(1, 0, 9)));
  EXPECT_FALSE(a.narrow(1, 9, 1).equal(b.narrow(1, 9, 1)));
}

TEST(ComposedTest, EverythingRandomDependsOnThePlaceInTheGlobalBatchAlone) {
  config::ModelConfig config = Odd();
  config.hidden_dropout_prob = 0.3;
  config.attention_probs_dropout_prob = 0.3;
  config.drop_path_prob = 0.5;
  config.pos_embed_shift = 0.1;
  config.pos_embed_jitter = 1.5;
  const VitNepa model = VitNepa::Create(config, 1);
  const at::Tensor pixels = at::randn({8, 2, 12, 12});
  ForwardOptions options;
  options.randomness =
      ForwardRandomness{.seed = 4, .step = 5, .first_position = 0, .rope_group = 4};
  const at::Tensor whole = model.Forward(pixels, options).last_hidden_state_BTD;
  options.randomness->first_position = 3;
  const at::Tensor part = model.Forward(pixels.narrow(0, 3, 4), options).last_hidden_state_BTD;
  EXPECT_LE((whole.narrow(0, 3, 4) - part).abs().max().item<double>(), 1e-5);
  options.randomness->step = 6;
  EXPECT_GT((part - model.Forward(pixels.narrow(0, 3, 4), options).last_hidden_state_BTD)
                .abs()
                .max()
                .item<double>(),
            1e-3);
}

// Whether this processor has such products or they are rounded around others.
TEST(ComposedTest, ProductsInBfloat16AreThoseOfBfloat16Operands) {
  const VitNepa model = VitNepa::Create(Odd(), 1);
  const at::Tensor pixels = at::randn({4, 2, 12, 12});
  ForwardOptions options;
  const at::Tensor full = model.Forward(pixels, options).last_hidden_state_BTD;
  options.precision = config::Precision::kBf16;
  const ForwardResult result = model.Forward(pixels, options);
  const auto low = [](const at::Tensor& x) { return x.to(at::kBFloat16); };
  std::map<std::string, at::Tensor> weights;
  for (const NamedTensor& parameter : model.parameters()) {
    weights[parameter.name] = low(parameter.tensor);
  }
  const std::string patch = "vit_nepa.embeddings.patch_embeddings.projection.";
  const at::Tensor expected =
      at::conv2d(low(pixels), weights.at(patch + "weight"), weights.at(patch + "bias"), {4, 4})
          .flatten(2)
          .transpose(1, 2)
          .to(at::kFloat);
  const at::Tensor patches = result.input_embedding_BTD.narrow(1, 1, 9);
  EXPECT_TRUE(patches.equal(low(patches).to(at::kFloat)));
  EXPECT_LE(((patches - expected).abs() / expected.abs().clamp_min(1e-3)).max().item<double>(),
            1.0 / 128);
  const double difference = (result.last_hidden_state_BTD - full).abs().max().item<double>();
  EXPECT_GT(difference, 1e-4);
  EXPECT_LT(difference, 0.1);
}

TEST(ComposedTest, WithoutPoolingTheClassifierReadsTheLastToken) {
  config::ModelConfig config = Odd();
  config.add_pooling_layer = false;
  config.labels = {"a", "b", "c"};
  const VitNepa model = VitNepa::Create(config, 1);
  for (const NamedTensor& parameter : model.parameters()) {
    EXPECT_NE(parameter.name, "fc_norm.weight");
  }
  const ForwardResult result = model.Forward(at::randn({2, 2, 12, 12}));
  const at::Tensor weight = model.parameters()[model.parameters().size() - 2].tensor;
  const at::Tensor expected = result.last_hidden_state_BTD.select(1, 9).matmul(weight.t());
  EXPECT_LE((result.logits_BK - expected).abs().max().item<double>(), 1e-5);
}

TEST(RopeTest, FrequenciesOfRowsComeBeforeThoseOfColumns) {
  config::ModelConfig config = Odd();
  config.hidden_size = 16;
  config.num_attention_heads = 2;  // head dimension 8: two frequencies an axis, 1 and 1/10
  const RopeTables tables = MakeRopeTables(config, 1, 2, 4, std::nullopt);
  ASSERT_EQ(tables.cosines_GNE.sizes(), at::IntArrayRef({1, 8, 4}));
  // Patch 5 of 2 x 4: row 1, column 1, so y = (1.5 / 2) * 2 - 1 = 0.5 and x = (1.5 / 4) * 2 - 1.
  const at::Tensor sines = tables.sines_GNE[0][5];
  const double angles[] = {2 * M_PI * 0.5, 2 * M_PI * 0.05, -2 * M_PI * 0.25, -2 * M_PI * 0.025};
  for (int j = 0; j < 4; ++j) {
    EXPECT_NEAR(sines[j].item<double>(), std::sin(angles[j]), 1e-6) << j;
  }
}

TEST(RopeTest, AugmentationIsOneScalarForAGroupOfTheGlobalBatch) {
  const config::ModelConfig config = Odd();
  const ForwardRandomness randomness{
      .seed = 1, .step = 2, .first_position = 126, .rope_group = 128};
  const RopeTables tables = MakeRopeTables(config, 4, 3, 3, randomness);
  EXPECT_EQ(tables.group_of_image, (std::vector<int64_t>{0, 0, 1, 1}));
  EXPECT_FALSE(tables.cosines_GNE[0].equal(tables.cosines_GNE[1]));
  // The middle patch of 3 x 3 has coordinates 0, which no scale moves.
  EXPECT_TRUE(tables.sines_GNE[0][4].equal(tables.sines_GNE[1][4]));
}

TEST(DropPathTest, RatesRiseFromNothingAndKeptBranchesAreScaledUp) {
  config::ModelConfig config = Odd();
  config.num_hidden_layers = 3;
  config.drop_path_prob = 0.5;
  const ForwardRandomness randomness{.seed = 1, .step = 2, .first_position = 0, .rope_group = 128};
  EXPECT_FALSE(DropPathFactors(config, randomness, 1000, 0, 0).defined());
  EXPECT_FALSE(DropPathFactors(config, std::nullopt, 1000, 2, 0).defined());
  const at::Tensor middle = DropPathFactors(config, randomness, 4000, 1, 0);
  const at::Tensor last = DropPathFactors(config, randomness, 4000, 2, 0);
  EXPECT_NEAR((middle == 0).to(at::kFloat).mean().item<double>(), 0.25, 0.04);
  EXPECT_NEAR((last == 0).to(at::kFloat).mean().item<double>(), 0.5, 0.04);
  EXPECT_FLOAT_EQ(last.max().item<float>(), 2.0f);
}

}  // namespace
}  // namespace nepa::model
