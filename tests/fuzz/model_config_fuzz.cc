// config.json of a model folder.
#include "tests/fuzz/fuzz.h"
#include "worker/train/model/config_json.h"

using nepa::fuzz::Require;
namespace model = nepa::model;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = nepa::fuzz::Text(data, size);
  const auto config = model::ParseConfigJson({text.data(), text.size()});
  if (!config.ok()) return 0;
  Require(config->hidden_size <= nepa::config::kMostHiddenSize &&
              config->num_hidden_layers <= nepa::config::kMostLayers,
          "a config stays within its bounds");
  const std::string written = model::ToConfigJson(*config);
  const auto again = model::ParseConfigJson(written);
  Require(again.ok(), "a config that is read is read again");
  Require(model::ToConfigJson(*again) == written, "and says the same");
  return 0;
}
