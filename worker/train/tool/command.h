// What the subcommands of nepa-model share.
#ifndef NEPA_WORKER_TRAIN_TOOL_COMMAND_H_
#define NEPA_WORKER_TRAIN_TOOL_COMMAND_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "absl/status/status.h"

namespace nepa::tool {

// Options that every subcommand takes, before or after its name.
struct Globals {
  bool json = false;  // -o json
  int threads = 0;    // 0: all processors
};

// The subcommand that the command line chose; run by main after the flags are read.
using Action = std::function<absl::Status()>;

// Each declares one subcommand with its flags; its callback stores what to run in `action`, which
// is valid as long as `app` and `globals` are.
void AddForward(CLI::App& app, const Globals& globals, Action& action);
void AddInfo(CLI::App& app, const Globals& globals, Action& action);
void AddBenchmark(CLI::App& app, const Globals& globals, Action& action);
// features, classify, preprocess.
void AddPictures(CLI::App& app, const Globals& globals, Action& action);
void AddData(CLI::App& app, const Globals& globals, Action& action);

}  // namespace nepa::tool

#endif  // NEPA_WORKER_TRAIN_TOOL_COMMAND_H_
