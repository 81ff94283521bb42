#include "worker/train/tool/data_command.h"

#include <algorithm>
#include <memory>
#include <thread>

namespace nepa::tool {
namespace {

using DataAction = absl::Status (*)(const DataFlags&, const Globals&);

// One subcommand of `data` with the flags that all of them take.
CLI::App* AddPart(CLI::App& data, const std::string& name, const std::string& description,
                  DataAction run, const std::shared_ptr<DataFlags>& flags, const Globals& globals,
                  Action& action) {
  CLI::App* command = data.add_subcommand(name, description);
  command->add_option("file", flags->file, "job file")->required();
  command->add_option("--set", flags->overrides, "key=value, sets a field of the job file")
      ->allow_extra_args(false);
  command->callback([flags, run, &globals, &action] {
    action = [flags, run, &globals] { return run(*flags, globals); };
  });
  return command;
}

void AddSizes(CLI::App& command, DataFlags& flags) {
  command.add_option("--image-size", flags.image_size, "pixels of a side, instead of the model's")
      ->check(CLI::Range(1, 1 << 14));
  command.add_option("--channels", flags.channels, "1 or 3, instead of the model's")
      ->check(CLI::IsMember({1, 3}));
}

}  // namespace

int DataThreads(const Globals& globals) {
  if (globals.threads > 0) return globals.threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void AddData(CLI::App& app, const Globals& globals, Action& action) {
  CLI::App* data = app.add_subcommand("data", "Looks at and measures the data of a job file.");
  data->require_subcommand(1);
  data->fallthrough();
  auto flags = std::make_shared<DataFlags>();
  AddPart(*data, "check", "Reads every image and tells what is wrong.", CheckData, flags, globals,
          action);
  CLI::App* preview = AddPart(*data, "preview", "Writes augmented training samples as PNG files.",
                              PreviewData, flags, globals, action);
  preview->add_option("--output", flags->output, "folder to write into")->required();
  preview->add_option("--count", flags->count, "samples")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  AddSizes(*preview, *flags);
  CLI::App* benchmark = AddPart(*data, "benchmark", "Measures how fast training samples load.",
                                BenchmarkData, flags, globals, action);
  benchmark->add_option("--seconds", flags->seconds, "time to measure")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  AddSizes(*benchmark, *flags);
}

}  // namespace nepa::tool
