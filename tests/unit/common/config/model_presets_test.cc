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

// Of the pretraining model.
int64_t ParameterCount(const ModelConfig& config) {
  const int64_t d = config.hidden_size;
  const int64_t f = config.intermediate_size;
  const int64_t patch = config.patch_size * config.patch_size * config.num_channels;
  const int64_t attention = 4 * d * d + (config.qkv_bias ? 4 : 1) * d;
  const int64_t qk_norm =
      config.qk_norm_affine ? 2 * config.head_dim() * (config.qk_norm_bias ? 2 : 1) : 0;
  const int64_t mlp = (config.use_gated_mlp ? 2 : 1) * (d * f + f) + f * d + d;
  const int64_t scales = config.layerscale_value ? 2 * d : 0;
  const int64_t block = attention + qk_norm + mlp + scales + 4 * d;
  return patch * d + d + d + config.num_hidden_layers * block + 2 * d;
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
  config.hidden_size *= 2;
  EXPECT_THAT(FaultyFields(config), ElementsAre("hidden_size"));
}

}  // namespace
}  // namespace nepa::config
