#include "worker/train/model/model_folder.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/randn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/io/file.h"
#include "worker/train/model/config_json.h"

namespace nepa::model {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr char kGoldens[] = "tests/golden/cases/";

std::string TextOf(const std::string& path) {
  const auto text = io::ReadFile(path, 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *text : "";
}

const at::Tensor& Find(const VitNepa& model, const std::string& name) {
  for (const NamedTensor& parameter : model.parameters()) {
    if (parameter.name == name) return parameter.tensor;
  }
  ADD_FAILURE() << "no " << name;
  static const at::Tensor none;
  return none;
}

class GoldenFolderTest : public testing::TestWithParam<const char*> {};

TEST_P(GoldenFolderTest, ConfigIsWrittenAsTheReferenceWroteIt) {
  const std::string text = TextOf(std::string(kGoldens) + GetParam() + "/config.json");
  const auto config = ParseConfigJson(text);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(json::parse(ToConfigJson(*config)), json::parse(text));
}

TEST_P(GoldenFolderTest, SavedAgainItHoldsTheSameTensors) {
  const std::string from = std::string(kGoldens) + GetParam();
  const std::string to = testing::TempDir() + "/again_" + GetParam();
  const auto model = LoadModel(from);
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_TRUE(SaveModel(to, *model).ok());
  const auto expected = ReadSafetensors(from + "/model.safetensors");
  const auto actual = ReadSafetensors(to + "/model.safetensors");
  ASSERT_TRUE(expected.ok() && actual.ok());
  ASSERT_EQ(actual->size(), expected->size());
  for (const auto& [name, tensor] : *expected) {
    ASSERT_EQ(actual->count(name), 1u) << name;
    EXPECT_TRUE(actual->at(name).equal(tensor)) << name;
    EXPECT_EQ(actual->at(name).scalar_type(), tensor.scalar_type()) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenFolderTest,
                         testing::Values("pretrain_gelu", "pretrain_swiglu_affine",
                                         "classify_bidirectional"),
                         [](const auto& info) { return std::string(info.param); });

TEST(StartFromModelTest, AClassifierStartsAtZeroAndLooksBothWays) {
  StartOptions options;
  options.labels = {"cat", "dog", "fish"};
  const auto model = StartFromModel(std::string(kGoldens) + "pretrain_gelu", options);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_FALSE(model->config().is_causal);
  EXPECT_EQ(Find(*model, "classifier.weight").sizes(), at::IntArrayRef({3, 64}));
  EXPECT_EQ(Find(*model, "classifier.weight").abs().max().item<float>(), 0.0f);
  EXPECT_EQ(Find(*model, "fc_norm.weight").min().item<float>(), 1.0f);
  EXPECT_EQ(Find(*model, "fc_norm.bias").abs().max().item<float>(), 0.0f);
  EXPECT_TRUE(Find(*model, "classifier.weight").requires_grad());
}

TEST(StartFromModelTest, QkNormTurnedAffineStartsAtOneAndChangesNothing) {
  const std::string folder = std::string(kGoldens) + "pretrain_gelu";
  StartOptions options;
  options.fields.qk_norm_affine = true;
  options.overrides = {"qk_norm_affine"};
  const auto affine = StartFromModel(folder, options);
  const auto plain = LoadModel(folder);
  ASSERT_TRUE(affine.ok() && plain.ok());
  EXPECT_EQ(Find(*affine, "vit_nepa.encoder.layer.0.attention.attention.q_norm.weight")
                .min()
                .item<float>(),
            1.0f);
  const at::Tensor pixels = at::randn({2, 3, 28, 28});
  EXPECT_LE(
      (affine->Forward(pixels).last_hidden_state_BTD - plain->Forward(pixels).last_hidden_state_BTD)
          .abs()
          .max()
          .item<double>(),
      1e-5);
}

TEST(StartFromModelTest, OverridesCountAfterWhatFineTuningChanges) {
  StartOptions options;
  options.labels = {"a", "b"};
  options.fields.is_causal = true;
  options.fields.drop_path_prob = 0.2;
  options.overrides = {"is_causal", "drop_path_prob"};
  const config::ModelConfig config = StartConfig(config::ModelConfig(), options);
  EXPECT_TRUE(config.is_causal);
  EXPECT_EQ(config.drop_path_prob, 0.2);
}

TEST(StartFromModelTest, AClassifierOfTheSameClassesIsKept) {
  const std::string folder = std::string(kGoldens) + "classify_bidirectional";
  const auto source = LoadModel(folder);
  ASSERT_TRUE(source.ok());
  StartOptions options;
  options.labels = source->config().labels;
  const auto model = StartFromModel(folder, options);
  ASSERT_TRUE(model.ok());
  EXPECT_TRUE(Find(*model, "classifier.weight").equal(Find(*source, "classifier.weight")));
}

TEST(StartFromModelTest, SizesThatDoNotFitAreNamed) {
  StartOptions options;
  options.fields.intermediate_size = 256;
  options.overrides = {"intermediate_size"};
  const absl::Status status =
      StartFromModel(std::string(kGoldens) + "pretrain_gelu", options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("up_proj.weight has shape [128, 64]"));
}

TEST(ConfigJsonTest, AllFaultsAreNamedAtOnce) {
  const absl::Status status =
      ParseConfigJson(R"({"model_type": "vit", "hidden_size": "big", "hidden_act": "relu"})")
          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (const char* word : {"model_type", "hidden_size", "hidden_act"}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(word));
  }
}

TEST(ConfigJsonTest, UnknownKeysAreIgnoredAndTwoDefaultClassesAreUnderstood) {
  const auto config = ParseConfigJson(
      R"({"architectures": ["ViTNepaForImageClassification"], "num_prompt_token": 3})");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->labels, (std::vector<std::string>{"LABEL_0", "LABEL_1"}));
}

}  // namespace
}  // namespace nepa::model
