#include "common/config/model_presets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace nepa::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> FaultyFields(const ModelConfig& config) {
  std::vector<std::string> fields;
  for (const ModelFault& fault : ModelFaults(config)) fields.push_back(fault.field);
  return fields;
}

TEST(ModelPresets, AllCanBeBuilt) {
  for (const ModelPreset& preset : ModelPresets()) {
    EXPECT_THAT(FaultyFields(preset.config), IsEmpty()) << preset.name;
    EXPECT_EQ(FindModelPreset(preset.name), &preset);
  }
  EXPECT_EQ(FindModelPreset("nepa-huge"), nullptr);
}

TEST(ModelPresets, BaseAndLargeAreThePapers) {
  const ModelConfig& base = FindModelPreset("nepa-base-patch14-224")->config;
  EXPECT_EQ(base, ModelConfig());
  EXPECT_EQ(base.token_count(), 257);
  EXPECT_EQ(base.head_dim(), 64);
  EXPECT_FALSE(base.qk_norm_affine);
  const ModelConfig& large = FindModelPreset("nepa-large-patch14-224")->config;
  EXPECT_EQ(large.num_hidden_layers, 24);
  EXPECT_EQ(large.hidden_size, 1024);
  EXPECT_EQ(large.num_attention_heads, 16);
  EXPECT_EQ(large.intermediate_size, 4096);
  EXPECT_TRUE(large.qk_norm_affine);
}

TEST(ModelPresets, GatedVariantsCostWhatThePlainOnesDo) {
  for (const std::string name : {"nepa-base-patch14-224", "nepa-large-patch14-224"}) {
    const ModelConfig& plain = FindModelPreset(name)->config;
    const ModelConfig& gated = FindModelPreset(name + "-swiglu")->config;
    EXPECT_TRUE(gated.use_gated_mlp);
    EXPECT_EQ(gated.hidden_act, Activation::kSilu);
    const double ratio = static_cast<double>(ParameterCount(gated)) / ParameterCount(plain);
    EXPECT_NEAR(ratio, 1, 0.005) << name;
  }
}

TEST(ModelPresets, ParametersAreCountedTensorByTensor) {
  ModelConfig config;
  config.hidden_size = 8;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 2;
  config.intermediate_size = 16;
  config.image_size = 4;
  config.patch_size = 2;
  config.num_channels = 1;
  // cls 8, projection 8·4 + 8, final norm 16; a block: norms 32, q k v o 4·(64 + 8), mlp
  // 8·16 + 16 + 16·8 + 8, LayerScale 16.
  EXPECT_EQ(ParameterCount(config), 8 + 40 + 16 + 2 * (32 + 288 + 280 + 16));
  config.qk_norm_affine = true;
  EXPECT_EQ(ParameterCount(config), 8 + 40 + 16 + 2 * (32 + 288 + 280 + 16 + 8));
  config.num_attention_heads = 3;
  EXPECT_EQ(ParameterCount(config), 0);
}

TEST(ModelFaults, NameEachFieldThatMakesAModelImpossible) {
  ModelConfig config;
  config.hidden_size = 0;
  config.num_attention_heads = -1;
  config.image_size = std::numeric_limits<int64_t>::max();
  config.drop_path_prob = std::numeric_limits<double>::quiet_NaN();
  config.layer_norm_eps = std::numeric_limits<double>::infinity();
  EXPECT_THAT(FaultyFields(config), ElementsAre("hidden_size", "num_attention_heads", "image_size",
                                                "drop_path_prob", "layer_norm_eps"));
}

TEST(ModelFaults, FindSizesThatDoNotFitEachOther) {
  ModelConfig config;
  config.num_attention_heads = 7;
  config.patch_size = 15;
  EXPECT_THAT(FaultyFields(config), ElementsAre("hidden_size", "patch_size"));
  config = {};
  config.hidden_size = 72;  // heads 6 wide
  EXPECT_THAT(FaultyFields(config), ElementsAre("num_attention_heads"));
}

TEST(ModelFaults, HoldTheWidestShapeThatIsAccepted) {
  ModelConfig config;
  config.hidden_size = kMostHiddenSize;
  config.num_hidden_layers = kMostLayers;
  config.num_attention_heads = 64;
  config.intermediate_size = kMostIntermediateSize;
  EXPECT_THAT(FaultyFields(config), IsEmpty());
  EXPECT_GT(ParameterCount(config), int64_t{1} << 40);
  config.hidden_size *= 2;
  EXPECT_THAT(FaultyFields(config), ElementsAre("hidden_size"));
}

TEST(Overridden, ChangesTheNamedFieldsOfTheSourceOnly) {
  ModelConfig source;
  source.hidden_size = 1024;
  source.labels = {"shirt", "shoe"};
  ModelChoice choice;
  choice.config.is_causal = false;
  choice.config.drop_path_prob = 0.1;
  choice.config.layer_norm_eps = 1e-6;  // not named below
  choice.overrides = {"drop_path_prob", "is_causal"};
  ModelConfig expected = source;
  expected.is_causal = false;
  expected.drop_path_prob = 0.1;
  EXPECT_EQ(Overridden(source, choice), expected);
}

TEST(Overridden, CarriesFieldsThatMayBeNullAndClassNames) {
  ModelChoice choice;
  choice.config.pos_embed_rescale = std::nullopt;
  choice.config.labels = {"a", "b", "c"};
  choice.overrides = {"pos_embed_rescale", "id2label"};
  const ModelConfig result = Overridden(ModelConfig(), choice);
  EXPECT_FALSE(result.pos_embed_rescale);
  EXPECT_THAT(result.labels, ElementsAre("a", "b", "c"));
}

}  // namespace
}  // namespace nepa::config
