#include <ATen/Parallel.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/config/model_presets.h"
#include "common/frames/json_fields.h"
#include "worker/train/model/model_folder.h"
#include "worker/train/tool/command.h"
#include "worker/train/tool/training_benchmark.h"

namespace nepa::tool {
namespace {

struct Flags {
  std::string model, preset, precision = "bf16", engine = "fastest";
  int64_t batch = 8, steps = 10;
};

absl::StatusOr<model::VitNepa> MakeModel(const Flags& flags) {
  if (flags.model.empty() == flags.preset.empty()) {
    return absl::InvalidArgumentError("benchmark needs one of --model DIR and --preset NAME");
  }
  if (!flags.preset.empty()) {
    const config::ModelPreset* preset = config::FindModelPreset(flags.preset);
    if (preset != nullptr) return model::VitNepa::Create(preset->config, 0);
    std::vector<std::string> names;
    for (const config::ModelPreset& known : config::ModelPresets()) names.push_back(known.name);
    return absl::InvalidArgumentError(absl::StrCat("no preset is called ", flags.preset,
                                                   "; there are ", absl::StrJoin(names, ", ")));
  }
  // The speed does not depend on the weights: a folder with config.json is enough.
  NEPA_ASSIGN_OR_RETURN(const config::ModelConfig config, model::ReadModelConfig(flags.model));
  return model::VitNepa::Create(config, 0);
}

absl::Status Benchmark(const Flags& flags, const Globals& globals) {
  NEPA_ASSIGN_OR_RETURN(model::VitNepa model, MakeModel(flags));
  const auto precision =
      flags.precision == "bf16" ? config::Precision::kBf16 : config::Precision::kFp32;
  const double matrix_rate = MatrixFlopPerSecond(precision);
  std::vector<double> seconds = TimeTrainingSteps(
      model, flags.batch, flags.steps, precision,
      flags.engine == "composed" ? model::Engine::kComposed : model::Engine::kFastest);
  std::sort(seconds.begin(), seconds.end());
  const double median = seconds[seconds.size() / 2];
  const double images_per_second = static_cast<double>(flags.batch) / median;
  const double flop = FlopPerImage(model.config());
  const nlohmann::json out = {
      {"images_per_second", images_per_second},
      {"step_seconds", {{"median", median}, {"min", seconds.front()}, {"max", seconds.back()}}},
      {"flop_per_image", flop},
      {"matrix_flop_per_second", matrix_rate},
      {"precision", flags.precision},
      {"engine", flags.engine},
      {"batch", flags.batch},
      {"threads", at::get_num_threads()}};
  if (globals.json) {
    std::cout << frames::Dump(out) << "\n";
    return absl::OkStatus();
  }
  std::cout << images_per_second << " images/s; step " << median * 1e3 << " ms ("
            << seconds.front() * 1e3 << " to " << seconds.back() * 1e3 << "); " << flop * 1e-9
            << " GFLOP an image, " << images_per_second * flop / matrix_rate * 100.0
            << " % of the matrix rate of " << matrix_rate * 1e-9 << " GFLOP/s\n";
  return absl::OkStatus();
}

}  // namespace

void AddBenchmark(CLI::App& app, const Globals& globals, Action& action) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app.add_subcommand("benchmark", "Measures the whole training step on made-up pixels.");
  command->add_option("--model", flags->model, "model folder");
  command->add_option("--preset", flags->preset, "a preset's name, instead of a folder");
  command->add_option("--batch", flags->batch, "images a step")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command->add_option("--precision", flags->precision, "of the matrix products")
      ->check(CLI::IsMember({"fp32", "bf16"}))
      ->capture_default_str();
  command
      ->add_option("--engine", flags->engine,
                   "fastest: as training computes; composed: LibTorch's operators")
      ->check(CLI::IsMember({"fastest", "composed"}))
      ->capture_default_str();
  command->add_option("--steps", flags->steps, "steps to measure")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command->callback([flags, &globals, &action] {
    action = [flags, &globals] { return Benchmark(*flags, globals); };
  });
}

}  // namespace nepa::tool
