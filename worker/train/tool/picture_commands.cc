// features, classify and preprocess: what a model makes of image files.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/topk.h>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/frames/json_fields.h"
#include "worker/train/model/model_folder.h"
#include "worker/train/tool/command.h"
#include "worker/train/tool/pictures.h"

namespace nepa::tool {
namespace {

using nlohmann::json;

struct Flags {
  std::string model, output;
  std::vector<std::string> images;
  bool ema = false;
  int64_t block = 0;
  int64_t top = 5;
};

absl::Status Preprocess(const Flags& flags, const Globals& globals) {
  NEPA_ASSIGN_OR_RETURN(const config::ModelConfig config, model::ReadModelConfig(flags.model));
  NEPA_ASSIGN_OR_RETURN(const at::Tensor pixels, ReadPictures(flags.images, config));
  NEPA_RETURN_IF_ERROR(
      model::WriteSafetensors(flags.output, model::TensorMap{{"pixel_values", pixels}}));
  if (globals.json) {
    std::cout << frames::Dump(json{{"output", flags.output}, {"shape", pixels.sizes().vec()}})
              << "\n";
  } else {
    std::cout << flags.images.size() << " pictures in " << flags.output << "\n";
  }
  return absl::OkStatus();
}

// The mean of the patch tokens after a block, [1, D]; what k-NN evaluation compares.
absl::StatusOr<at::Tensor> Feature(const model::VitNepa& model, const std::string& path,
                                   int64_t block) {
  NEPA_ASSIGN_OR_RETURN(const at::Tensor pixels, ReadPicture(path, model.config()));
  model::ForwardOptions options;
  at::Tensor feature_1D;
  options.after_block = [&](int64_t done, const at::Tensor& hidden_BTD) {
    if (done == block - 1) feature_1D = hidden_BTD.narrow(1, 1, hidden_BTD.size(1) - 1).mean(1);
  };
  model.Forward(pixels, options);
  return feature_1D;
}

absl::Status Features(const Flags& flags, const Globals& globals) {
  NEPA_ASSIGN_OR_RETURN(const model::VitNepa model, model::LoadModel(flags.model, flags.ema));
  const int64_t layers = model.config().num_hidden_layers;
  const int64_t block = flags.block == 0 ? (layers + 1) / 2 : flags.block;
  if (block > layers) {
    return absl::InvalidArgumentError(
        absl::StrCat("--block is ", block, ", but the model has ", layers, " blocks"));
  }
  const at::NoGradGuard no_gradients;
  json listed = json::array();
  std::vector<at::Tensor> features;
  for (const std::string& path : flags.images) {
    NEPA_ASSIGN_OR_RETURN(const at::Tensor feature, Feature(model, path, block));
    features.push_back(feature);
    const auto* values = feature.const_data_ptr<float>();
    listed.push_back(
        {{"image", path}, {"feature", std::vector<float>(values, values + feature.numel())}});
  }
  if (!flags.output.empty()) {
    NEPA_RETURN_IF_ERROR(model::WriteSafetensors(
        flags.output, model::TensorMap{{"features", at::cat(features, 0)}}));
  }
  if (globals.json) {
    const json output = flags.output.empty() ? json(nullptr) : json(flags.output);
    std::cout << frames::Dump(json{{"block", block}, {"output", output}, {"features", listed}})
              << "\n";
  } else if (!flags.output.empty()) {
    std::cout << features.size() << " features of block " << block << " in " << flags.output
              << "\n";
  } else {
    for (const json& one : listed) {
      std::cout << one["image"].get<std::string>() << "\t" << one["feature"].dump() << "\n";
    }
  }
  return absl::OkStatus();
}

absl::Status Classify(const Flags& flags, const Globals& globals) {
  NEPA_ASSIGN_OR_RETURN(const model::VitNepa model, model::LoadModel(flags.model, flags.ema));
  const std::vector<std::string>& labels = model.config().labels;
  if (labels.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(flags.model,
                     " holds a pretraining model without a classifier; fine-tune it "
                     "first, or look at its features"));
  }
  const at::NoGradGuard no_gradients;
  json listed = json::array();
  for (const std::string& path : flags.images) {
    NEPA_ASSIGN_OR_RETURN(const at::Tensor pixels, ReadPicture(path, model.config()));
    const at::Tensor shares = at::softmax(model.Forward(pixels).logits_BK[0], -1);
    const auto [best, index] =
        at::topk(shares, std::min<int64_t>(flags.top, static_cast<int64_t>(labels.size())));
    json top = json::array();
    for (int64_t i = 0; i < best.numel(); ++i) {
      const auto k = index[i].item<int64_t>();
      top.push_back({{"index", k},
                     {"label", labels[static_cast<size_t>(k)]},
                     {"probability", best[i].item<double>()}});
    }
    listed.push_back({{"image", path}, {"top", top}});
  }
  if (globals.json) {
    std::cout << frames::Dump(listed) << "\n";
    return absl::OkStatus();
  }
  for (const json& one : listed) {
    std::cout << one["image"].get<std::string>() << "\n";
    for (const json& guess : one["top"]) {
      std::cout << "  " << std::fixed << std::setprecision(4) << guess["probability"].get<double>()
                << "  " << guess["label"].get<std::string>() << "\n";
    }
  }
  return absl::OkStatus();
}

// A subcommand that reads a model and image files.
CLI::App* AddPictureCommand(CLI::App& app, const std::string& name, const std::string& help,
                            Flags& flags) {
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("--model", flags.model, "model folder")->required();
  command->add_option("images", flags.images, "JPEG or PNG files")->required();
  return command;
}

}  // namespace

void AddPictures(CLI::App& app, const Globals& globals, Action& action) {
  auto flags = std::make_shared<Flags>();
  CLI::App* preprocess = AddPictureCommand(
      app, "preprocess", "Writes the pixels exactly as evaluation feeds them.", *flags);
  preprocess->add_option("--output", flags->output, "safetensors file to write")->required();
  preprocess->callback([flags, &globals, &action] {
    action = [flags, &globals] { return Preprocess(*flags, globals); };
  });
  CLI::App* features = AddPictureCommand(
      app, "features", "Gives each picture's feature: the mean of a block's patch tokens.", *flags);
  features->add_option("--block", flags->block, "which block, from 1; 0: the middle one")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  features->add_option("--output", flags->output, "safetensors file for features [N, D]");
  features->add_flag("--ema", flags->ema, "use the EMA weights");
  features->callback([flags, &globals, &action] {
    action = [flags, &globals] { return Features(*flags, globals); };
  });
  CLI::App* classify =
      AddPictureCommand(app, "classify", "Says which classes a classifier sees.", *flags);
  classify->add_option("--top", flags->top, "how many classes")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  classify->add_flag("--ema", flags->ema, "use the EMA weights");
  classify->callback([flags, &globals, &action] {
    action = [flags, &globals] { return Classify(*flags, globals); };
  });
}

}  // namespace nepa::tool
