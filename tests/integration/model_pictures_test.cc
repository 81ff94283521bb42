// nepa-model's preprocess, features and classify on real files, by the real program.
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/softmax.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/io/file.h"
#include "tests/support/program.h"
#include "worker/train/data/encode_png.h"
#include "worker/train/data/image_folder.h"
#include "worker/train/data/loader.h"
#include "worker/train/data/tensors.h"
#include "worker/train/model/model_folder.h"

namespace nepa::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kImages[] = "tests/golden/transforms/";

config::ModelConfig Config(std::vector<std::string> labels = {}) {
  config::ModelConfig config;
  config.hidden_size = 16;
  config.num_hidden_layers = 4;
  config.num_attention_heads = 2;
  config.intermediate_size = 32;
  config.image_size = 28;
  config.patch_size = 7;
  config.layerscale_value = 0.5;
  config.labels = std::move(labels);
  return config;
}

class ModelPicturesTest : public ::testing::Test {
 protected:
  ModelPicturesTest() {
    std::string pattern = ::testing::TempDir() + "nepa-pictures-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~ModelPicturesTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  // A model whose weights say different things of different pictures; other ones in its EMA file.
  std::string Model(const config::ModelConfig& config) const {
    const auto make = [&config](uint64_t seed) {
      model::VitNepa model = model::VitNepa::Create(config, seed);
      const at::NoGradGuard no_gradients;
      for (const model::NamedTensor& parameter : model.parameters()) {
        at::Tensor tensor = parameter.tensor;
        if (tensor.dim() > 1) tensor.mul_(10);
      }
      return model;
    };
    const model::VitNepa raw = make(1), averaged = make(2);
    EXPECT_TRUE(model::SaveModel(Path("model"), raw, &averaged).ok());
    return Path("model");
  }

  Output Tool(std::vector<std::string> arguments) const {
    return RunProgram(BinaryPath("nepa-model"), arguments);
  }
  nlohmann::json Json(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"-o", "json"});
    const Output output = Tool(arguments);
    EXPECT_EQ(output.code, 0) << output.error;
    return nlohmann::json::parse(output.out, nullptr, /*allow_exceptions=*/false);
  }

  // What `command` writes with --output.
  model::TensorMap Written(std::vector<std::string> command) const {
    const std::string path = Path("out.safetensors");
    command.insert(command.end(), {"--output", path});
    const Output output = Tool(command);
    EXPECT_EQ(output.code, 0) << output.error;
    auto tensors = model::ReadSafetensors(path);
    EXPECT_TRUE(tensors.ok()) << tensors.status();
    return tensors.ok() ? *tensors : model::TensorMap{};
  }
  at::Tensor Preprocess(const std::string& model, const std::vector<std::string>& images) const {
    std::vector<std::string> command = {"preprocess", "--model", model};
    for (const std::string& image : images) command.push_back(image);
    return Written(command)["pixel_values"];
  }
  // What `forward` makes of the pixels of `image`.
  model::TensorMap Forward(const std::string& model, const std::string& image,
                           const std::vector<std::string>& more = {}) const {
    const std::string input = Path("pixels.safetensors");
    EXPECT_TRUE(model::WriteSafetensors(
                    input, model::TensorMap{{"pixel_values", Preprocess(model, {image})}})
                    .ok());
    std::vector<std::string> command = {"forward", "--model", model, "--input", input};
    command.insert(command.end(), more.begin(), more.end());
    return Written(command);
  }

  std::string WritePng(const std::string& name, const data::Image& image) const {
    const auto png = data::EncodePng(image.view());
    EXPECT_TRUE(png.ok() && io::WriteFileAtomically(Path(name), *png).ok());
    return Path(name);
  }

  std::string folder_;
};

// Every byte another one than its neighbours in row, column and channel.
data::Image Pattern(int side) {
  data::Image image;
  image.Resize(side, side, 3);
  for (size_t i = 0; i < image.bytes.size(); ++i)
    image.bytes[i] = static_cast<uint8_t>(i * 7 % 251);
  return image;
}

TEST_F(ModelPicturesTest, PreprocessCutsTheCentreOutOfAPictureThatNeedsNoResizing) {
  // 28 · 256 / 224 = 32: the picture is at its size, and 2 pixels go at every side.
  const data::Image image = Pattern(32);
  const at::Tensor pixels = Preprocess(Model(Config()), {WritePng("a.png", image)});
  ASSERT_EQ(pixels.sizes(), at::IntArrayRef({1, 3, 28, 28}));
  const auto seen = pixels.accessor<float, 4>();
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < 28; ++y) {
      for (int x = 0; x < 28; ++x) {
        const float byte = image.bytes[static_cast<size_t>(((y + 2) * 32 + x + 2) * 3 + c)];
        ASSERT_FLOAT_EQ(seen[0][c][y][x], (byte / 255 - 0.5f) / 0.5f) << c << " " << y << " " << x;
      }
    }
  }
}

TEST_F(ModelPicturesTest, PreprocessGivesWhatTheTrainersEvaluationFeedsToTheLastBit) {
  const std::string train = Path("train");
  std::filesystem::create_directories(train + "/a");
  std::vector<std::string> images;
  for (const char* name : {"file_420.jpg", "file_alpha.png", "grey.png", "scene.png"}) {
    std::filesystem::copy_file(absl::StrCat(kImages, name), train + "/a/" + name);
    images.push_back(train + "/a/" + name);  // in the order of the folder
  }
  for (const int64_t channels : {1, 3}) {
    config::ModelConfig config = Config();
    config.num_channels = channels;
    const auto dataset = data::OpenImageFolder(train);
    ASSERT_TRUE(dataset.ok()) << dataset.status();
    config::JobSpec spec;
    spec.evaluation.batch = 8;
    const auto loader = data::Loader::Start(*dataset, data::EvaluationLoaderOptions(spec, config));
    ASSERT_TRUE(loader.ok()) << loader.status();
    const auto batch = (*loader)->Next();
    ASSERT_TRUE(batch.ok()) << batch.status();
    EXPECT_TRUE(Preprocess(Model(config), images).equal(data::PixelTensor(*batch))) << channels;
  }
}

TEST_F(ModelPicturesTest, EveryKindOfFileIsSeenAsPillowShowsIt) {
  const std::string model = Model(Config());
  for (const std::string name : {"file_420.jpg", "file_444_progressive.jpg", "file_rotated.jpg",
                                 "file_grey.jpg", "file_cmyk.jpg", "file_palette.png",
                                 "file_alpha.png", "file_one_bit.png", "file_16_bit.png"}) {
    std::string shown = "decoded_" + name + ".png";
    std::replace(shown.begin(), shown.end() - 4, '.', '_');
    const at::Tensor pixels = Preprocess(model, {kImages + name, kImages + shown});
    EXPECT_TRUE(pixels[0].equal(pixels[1])) << name;
  }
}

TEST_F(ModelPicturesTest, AFeatureIsTheMeanOfABlocksPatchTokens) {
  const std::string folder = Model(Config());
  const std::string first = absl::StrCat(kImages, "scene.png");
  const std::string second = absl::StrCat(kImages, "file_420.jpg");
  const auto loaded = model::LoadModel(folder);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const at::NoGradGuard no_gradients;
  std::vector<at::Tensor> states_BTD;
  loaded->Forward(
      Preprocess(folder, {first, second}),
      {.after_block = [&](int64_t,
                          const at::Tensor& hidden_BTD) { states_BTD.push_back(hidden_BTD); },
       .engine = model::Engine::kComposed});
  for (const int64_t block : {1, 4}) {
    const at::Tensor hidden_BTD = states_BTD[static_cast<size_t>(block - 1)];
    const at::Tensor seen = Written(
        {"features", "--model", folder, first, second, "--block", absl::StrCat(block)})["features"];
    EXPECT_TRUE(seen.allclose(hidden_BTD.slice(1, 1).mean(1), 1e-4, 1e-5)) << block;
  }
  // The last block's tokens are what forward calls last_hidden_state, before the final norm.
  const at::Tensor normed = at::layer_norm(states_BTD.back(), {16}, {}, {}, 1e-12);
  EXPECT_TRUE(
      Forward(folder, first)["last_hidden_state"].allclose(normed.slice(0, 0, 1), 1e-4, 1e-5));
}

TEST_F(ModelPicturesTest, FeaturesSayTheSameAsTextJsonAndFile) {
  const std::string folder = Model(Config());
  const std::string image = absl::StrCat(kImages, "scene.png");
  const at::Tensor file = Written({"features", "--model", folder, image})["features"];
  ASSERT_EQ(file.sizes(), at::IntArrayRef({1, 16}));
  const std::vector<float> values(file.const_data_ptr<float>(),
                                  file.const_data_ptr<float>() + file.numel());
  const nlohmann::json said = Json({"features", "--model", folder, image});
  EXPECT_EQ(said["block"], 2) << "the middle one of four";
  EXPECT_EQ(said["features"][0]["image"], image);
  EXPECT_EQ(said["features"][0]["feature"].get<std::vector<float>>(), values);
  const Output text = Tool({"features", "--model", folder, image});
  ASSERT_THAT(text.out, StartsWith(image + "\t["));
  EXPECT_EQ(nlohmann::json::parse(text.out.substr(image.size() + 1)).get<std::vector<float>>(),
            values);
  EXPECT_FALSE(Written({"features", "--model", folder, image, "--ema"})["features"].allclose(file));
}

TEST_F(ModelPicturesTest, ClassifyNamesTheBestClassesOfForwardsLogits) {
  const std::vector<std::string> labels = {"fox", "owl", "elk", "bee", "cod"};
  const std::string folder = Model(Config(labels));
  for (const std::vector<std::string>& weights :
       std::vector<std::vector<std::string>>{{}, {"--ema"}}) {
    for (const std::string name : {"scene.png", "file_grey.jpg"}) {
      const std::string image = kImages + name;
      const at::Tensor shares =
          at::softmax(Forward(folder, image, weights)["logits"][0], /*dim=*/-1);
      const auto [sorted, index] = shares.sort(/*dim=*/-1, /*descending=*/true);
      std::vector<std::string> command = {"classify", "--model", folder, image, "--top", "3"};
      command.insert(command.end(), weights.begin(), weights.end());
      const nlohmann::json top = Json(command)[0]["top"];
      ASSERT_EQ(top.size(), 3u);
      for (int64_t i = 0; i < 3; ++i) {
        const auto k = index[i].item<int64_t>();
        EXPECT_EQ(top[i]["index"], k) << name;
        EXPECT_EQ(top[i]["label"], labels[static_cast<size_t>(k)]) << name;
        EXPECT_NEAR(top[i]["probability"].get<double>(), sorted[i].item<double>(), 1e-5) << name;
      }
    }
  }
}

TEST_F(ModelPicturesTest, ClassifyPrintsEveryPictureWithItsClassesTheBestFirst) {
  const std::string folder = Model(Config({"fox", "owl"}));
  const std::string first = absl::StrCat(kImages, "scene.png");
  const std::string second = absl::StrCat(kImages, "grey.png");
  const Output output = Tool({"classify", "--model", folder, first, second});
  ASSERT_EQ(output.code, 0) << output.error;
  const nlohmann::json said = Json({"classify", "--model", folder, first, second});
  std::string expected;
  for (const nlohmann::json& picture : said) {
    absl::StrAppend(&expected, picture["image"].get<std::string>(), "\n");
    ASSERT_EQ(picture["top"].size(), 2u) << "no more than there are classes";
    for (const nlohmann::json& guess : picture["top"]) {
      char line[100];
      std::snprintf(line, sizeof line, "  %.4f  %s\n", guess["probability"].get<double>(),
                    guess["label"].get<std::string>().c_str());
      expected += line;
    }
  }
  EXPECT_EQ(output.out, expected);
}

// What is refused, with place, cause and cure, and exit code 2.
class RefusedPicturesTest : public ModelPicturesTest {
 protected:
  std::string WriteText(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
    return Path(name);
  }
  std::string Refusal(std::vector<std::string> arguments) const {
    const Output output = Tool(arguments);
    EXPECT_EQ(output.code, 2) << output.error;
    EXPECT_EQ(output.out, "");
    return output.error;
  }
};

TEST_F(RefusedPicturesTest, AFileThatIsNoPictureInEveryCommand) {
  const std::string model = Model(Config({"fox", "owl"}));
  const std::string text = WriteText("notes.jpg", "hello world");
  const std::string out = Path("out.safetensors");
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"preprocess", "--model", model, text, "--output", out},
           {"features", "--model", model, text, "--output", out},
           {"classify", "--model", model, text}}) {
    EXPECT_THAT(Refusal(command), AllOf(HasSubstr("notes.jpg: neither a JPEG nor a PNG file"),
                                        HasSubstr("give one of these")));
    EXPECT_FALSE(std::filesystem::exists(out)) << "one bad picture, and nothing is written";
  }
}

TEST_F(RefusedPicturesTest, PicturesThatAreEmptyCutOffOrOfAnotherFormat) {
  const std::string model = Model(Config({"fox", "owl"}));
  const auto refusal = [&](const std::string& file) {
    return Refusal({"classify", "--model", model, file});
  };
  EXPECT_THAT(refusal(WriteText("empty.png", "")),
              HasSubstr("empty.png: the file is empty; it should be a JPEG or PNG"));
  EXPECT_THAT(refusal(WriteText("web.jpg", "RIFF....WEBP")),
              HasSubstr("web.jpg: the file is a WebP image; convert it to JPEG or PNG"));
  const auto whole = io::ReadFile(absl::StrCat(kImages, "file_420.jpg"), 1 << 20);
  ASSERT_TRUE(whole.ok());
  EXPECT_THAT(refusal(WriteText("half.jpg", whole->substr(0, whole->size() / 2))),
              HasSubstr("half.jpg: the JPEG file ends before its image does; copy it again"));
}

TEST_F(RefusedPicturesTest, AModelWithoutAClassifierCannotClassify) {
  EXPECT_THAT(Refusal({"classify", "--model", Model(Config()), absl::StrCat(kImages, "scene.png")}),
              AllOf(HasSubstr("/model holds a pretraining model without a classifier"),
                    HasSubstr("fine-tune it first")));
}

TEST_F(RefusedPicturesTest, AModelWhoseChannelsNoPictureHas) {
  config::ModelConfig config = Config();
  config.num_channels = 2;
  const std::string model = Model(config);
  const std::string image = absl::StrCat(kImages, "scene.png");
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"preprocess", "--model", model, image, "--output", Path("out.safetensors")},
           {"features", "--model", model, image}}) {
    EXPECT_THAT(Refusal(command), AllOf(HasSubstr("scene.png: the model reads 2 channels"),
                                        HasSubstr("take a model with num_channels 1 or 3")));
  }
}

TEST_F(RefusedPicturesTest, ABlockThatTheModelDoesNotHave) {
  EXPECT_THAT(Refusal({"features", "--model", Model(Config()), "--block", "5",
                       absl::StrCat(kImages, "scene.png")}),
              HasSubstr("--block is 5, but the model has 4 blocks"));
}

TEST_F(RefusedPicturesTest, PixelsOfOtherChannelsThanTheModels) {
  config::ModelConfig grey = Config();
  grey.num_channels = 1;
  const at::Tensor colour = Preprocess(Model(Config()), {absl::StrCat(kImages, "scene.png")});
  const std::string input = Path("colour.safetensors");
  ASSERT_TRUE(model::WriteSafetensors(input, model::TensorMap{{"pixel_values", colour}}).ok());
  EXPECT_THAT(Refusal({"forward", "--model", Model(grey), "--input", input, "--output",
                       Path("out.safetensors")}),
              AllOf(HasSubstr("colour.safetensors"), HasSubstr("must be [B, 1, H, W]")));
}

TEST_F(ModelPicturesTest, WhatIsNotThereEndsWithFiveAndItsName) {
  const std::string model = Model(Config({"fox", "owl"}));
  const Output picture = Tool({"classify", "--model", model, Path("absent.png")});
  EXPECT_EQ(picture.code, 5);
  EXPECT_THAT(picture.error, HasSubstr("/absent.png"));
  const Output folder =
      Tool({"classify", "--model", Path("nowhere"), absl::StrCat(kImages, "scene.png")});
  EXPECT_EQ(folder.code, 5);
  EXPECT_THAT(folder.error, HasSubstr("/nowhere/config.json"));
}

TEST_F(ModelPicturesTest, APathThatIsNoTextIsToldInJsonWithItsBytesReplaced) {
  const Output output = Tool({"info", Path("caf\xe9"), "-o", "json"});
  EXPECT_EQ(output.code, 5) << output.error;
  const auto error = nlohmann::json::parse(output.error, nullptr, /*allow_exceptions=*/false);
  ASSERT_TRUE(error.is_object()) << output.error;
  EXPECT_THAT(error["error"]["message"].get<std::string>(), HasSubstr("caf\uFFFD/config.json"));
}

}  // namespace
}  // namespace nepa::testing
