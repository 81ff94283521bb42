#include "worker/train/tool/forward_pass.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "worker/train/tool/training_benchmark.h"

namespace nepa::tool {
namespace {

using testing::HasSubstr;

config::ModelConfig Classifier() {
  config::ModelConfig config;
  config.hidden_size = 32;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 2;
  config.intermediate_size = 64;
  config.image_size = 8;
  config.patch_size = 4;
  config.num_channels = 1;
  config.labels = {"a", "b", "c"};
  return config;
}

std::string Refusal(const model::TensorMap& input, const ForwardRequest& request = {}) {
  model::VitNepa model = model::VitNepa::Create(Classifier(), 1);
  const auto output = RunForward(input, request, model);
  EXPECT_EQ(output.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(output.status().message());
}

TEST(RunForwardTest, SaysWhatTheInputLacks) {
  const at::Tensor pixels = at::randn({2, 1, 8, 8});
  EXPECT_THAT(Refusal({}), HasSubstr("pixel_values"));
  EXPECT_THAT(Refusal({{"pixel_values", at::randn({2, 3, 8, 8})}}), HasSubstr("[B, 1, H, W]"));
  EXPECT_THAT(Refusal({{"pixel_values", at::randn({2, 1, 3, 8})}}), HasSubstr("at least 4 pixels"));
  EXPECT_THAT(Refusal({{"pixel_values", pixels}}, {.gradients = true}), HasSubstr("labels"));
  const at::Tensor labels = at::tensor(std::vector<int64_t>{0, 3}, at::kLong);
  EXPECT_THAT(Refusal({{"pixel_values", pixels}, {"labels", labels}}), HasSubstr("from 0 to 2"));
}

TEST(RunForwardTest, AClassifierWithoutLabelsGivesLogitsAndNoLoss) {
  model::VitNepa model = model::VitNepa::Create(Classifier(), 1);
  const auto output = RunForward({{"pixel_values", at::randn({2, 1, 8, 8})}}, {}, model);
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(output->count("loss"), 0u);
  EXPECT_EQ(output->at("logits").sizes(), at::IntArrayRef({2, 3}));
}

TEST(RunForwardTest, TensorsItDoesNotNeedAreIgnoredAndHeightMayDifferFromWidth) {
  config::ModelConfig config = Classifier();
  config.labels.clear();
  model::VitNepa model = model::VitNepa::Create(config, 1);
  const auto output = RunForward({{"pixel_values", at::randn({2, 1, 8, 16})},
                                  {"labels", at::randn({7})},
                                  {"x", at::randn({1})}},
                                 {.gradients = true}, model);
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(output->at("input_embedding").sizes(), at::IntArrayRef({2, 9, 32}));
  EXPECT_EQ(output->count("grad.vit_nepa.embeddings.cls_token"), 1u);
}

TEST(FlopPerImageTest, IsThePublishedCostOfTheBaseModel) {
  config::ModelConfig base;
  EXPECT_NEAR(FlopPerImage(base) * 1e-9, 135.1, 0.5);
  base.is_causal = false;
  EXPECT_NEAR(FlopPerImage(base) * 1e-9, 138.7, 0.5);
}

}  // namespace
}  // namespace nepa::tool
