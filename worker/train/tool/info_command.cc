#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/frames/json_fields.h"
#include "worker/train/model/config_json.h"
#include "worker/train/model/model_folder.h"
#include "worker/train/tool/command.h"

namespace nepa::tool {
namespace {

absl::Status Info(const std::string& folder, const Globals& globals) {
  NEPA_ASSIGN_OR_RETURN(const model::VitNepa model, model::LoadModel(folder));
  nlohmann::json tensors = nlohmann::json::array();
  for (const model::NamedTensor& parameter : model.parameters()) {
    tensors.push_back({{"name", parameter.name},
                       {"shape", parameter.tensor.sizes().vec()},
                       {"deviation", parameter.tensor.std(/*unbiased=*/false).item<double>()}});
  }
  const config::ModelConfig& config = model.config();
  if (globals.json) {
    const nlohmann::json out = {{"config", nlohmann::json::parse(model::ToConfigJson(config))},
                                {"parameters", model.parameter_count()},
                                {"tokens", config.token_count()},
                                {"tensors", tensors}};
    std::cout << frames::Dump(out) << "\n";
    return absl::OkStatus();
  }
  std::cout << (config.labels.empty() ? "pretraining model" : "classifier") << ", "
            << model.parameter_count() << " parameters, " << config.num_hidden_layers
            << " blocks of width " << config.hidden_size << ", " << config.num_attention_heads
            << " heads, " << config.patch_count() << " patches of " << config.patch_size
            << " pixels, " << (config.is_causal ? "causal" : "bidirectional") << "\n";
  if (!config.labels.empty()) std::cout << config.labels.size() << " classes\n";
  for (const auto& tensor : tensors) {
    std::cout << std::left << std::setw(66) << tensor["name"].get<std::string>() << std::setw(18)
              << tensor["shape"].dump() << " std " << tensor["deviation"].get<double>() << "\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddInfo(CLI::App& app, const Globals& globals, Action& action) {
  auto folder = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("info", "Tells what is in a model folder.");
  command->add_option("folder", *folder, "model folder")->required();
  command->callback([folder, &globals, &action] {
    action = [folder, &globals] { return Info(*folder, globals); };
  });
}

}  // namespace nepa::tool
