#include "worker/train/model/model_folder.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/randn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
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

// A width and a depth that are allowed, and would take terabytes.
TEST(LoadModelTest, AConfigAsksForNoMemoryThatItsWeightsDoNotFill) {
  const std::string folder = testing::TempDir() + "/boasting";
  std::filesystem::create_directories(folder);
  std::filesystem::copy(std::string(kGoldens) + "pretrain_gelu/model.safetensors",
                        folder + "/model.safetensors",
                        std::filesystem::copy_options::overwrite_existing);
  json config = json::parse(TextOf(std::string(kGoldens) + "pretrain_gelu/config.json"));
  config["hidden_size"] = config::kMostHiddenSize;
  config["num_hidden_layers"] = config::kMostLayers;
  ASSERT_TRUE(io::WriteFileAtomically(folder + "/config.json", config.dump()).ok());
  EXPECT_EQ(LoadModel(folder).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(StartFromModel(folder, {}).status().code(), absl::StatusCode::kInvalidArgument);
}

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

// A copy of a golden model folder for a test to damage.
class CheckStartTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/check-start";
    std::filesystem::remove_all(folder_);
    const auto model = LoadModel(std::string(kGoldens) + "pretrain_gelu");
    ASSERT_TRUE(model.ok() && SaveModel(folder_, *model).ok());
  }
  void ReplaceInConfig(const std::string& old_text, const std::string& new_text) {
    std::string text = TextOf(folder_ + "/config.json");
    text.replace(text.find(old_text), old_text.size(), new_text);
    std::ofstream(folder_ + "/config.json") << text;
  }
  std::vector<std::string> Faults(const StartOptions& options = {}) {
    std::vector<std::string> messages;
    for (const absl::Status& fault : CheckStart(folder_, options).faults) {
      messages.emplace_back(fault.message());
    }
    return messages;
  }
  std::string folder_;
};

TEST_F(CheckStartTest, AFolderThatCanStartHasNoFaultAndTellsItsConfig) {
  StartOptions options;
  options.labels = {"cat", "dog"};
  const StartCheck check = CheckStart(folder_, options);
  EXPECT_THAT(check.faults, testing::IsEmpty());
  EXPECT_EQ(check.config, StartFromModel(folder_, options)->config());
}

TEST_F(CheckStartTest, EveryMissingFileIsNamed) {
  std::filesystem::remove(folder_ + "/config.json");
  std::filesystem::remove(folder_ + "/model.safetensors");
  EXPECT_THAT(Faults(), testing::ElementsAre(HasSubstr(folder_ + " has no config.json"),
                                             HasSubstr(folder_ + " has no model.safetensors")));
  std::filesystem::remove_all(folder_);
  EXPECT_THAT(Faults(), testing::ElementsAre(HasSubstr(folder_ + ": no such folder")));
  std::ofstream(folder_) << "a file";
  EXPECT_THAT(Faults(), testing::ElementsAre(HasSubstr(folder_ + " is no folder")));
  std::filesystem::remove(folder_);
}

TEST_F(CheckStartTest, AskingForEmaNeedsEmaWeights) {
  StartOptions options;
  options.ema = true;
  EXPECT_THAT(Faults(options),
              testing::ElementsAre(HasSubstr(folder_ + " has no model_ema.safetensors")));
}

TEST_F(CheckStartTest, AConfigOfAnotherWidthContradictsTheWeights) {
  ReplaceInConfig("\"intermediate_size\": 128", "\"intermediate_size\": 256");
  EXPECT_THAT(Faults(), testing::ElementsAre(HasSubstr("up_proj.weight has shape [128, 64], not "
                                                       "[256, 64]")));
}

TEST_F(CheckStartTest, AConfigOfFewerBlocksContradictsTheWeights) {
  ReplaceInConfig("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 2");
  EXPECT_THAT(Faults(), testing::ElementsAre(
                            HasSubstr("vit_nepa.encoder.layer.2 is beyond num_hidden_layers, 2")));
  EXPECT_FALSE(LoadModel(folder_).ok());
}

TEST_F(CheckStartTest, WholeNumbersAreNoWeights) {
  auto tensors = *ReadSafetensors(folder_ + "/model.safetensors");
  at::Tensor& bias = tensors["vit_nepa.layernorm.bias"];
  bias = bias.to(at::kLong);
  ASSERT_TRUE(WriteSafetensors(folder_ + "/model.safetensors", tensors).ok());
  EXPECT_THAT(Faults(), testing::ElementsAre(HasSubstr("vit_nepa.layernorm.bias holds Long")));
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

// Printing a value, as a message does, calls itself for each level.
TEST(ConfigJsonTest, BracketsAloneDoNotEndTheProcess) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  EXPECT_FALSE(ParseConfigJson(R"({"model_type": )" + deep + "}").ok());
  EXPECT_FALSE(ParseConfigJson(R"({"id2label": )" + deep + "}").ok());
}

TEST(ConfigJsonTest, UnknownKeysAreIgnoredAndTwoDefaultClassesAreUnderstood) {
  const auto config = ParseConfigJson(
      R"({"architectures": ["ViTNepaForImageClassification"], "num_prompt_token": 3})");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->labels, (std::vector<std::string>{"LABEL_0", "LABEL_1"}));
}

}  // namespace
}  // namespace nepa::model
