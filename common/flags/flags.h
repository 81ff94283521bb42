// The flags of a daemon out of three sources: the command line, NEPA_… in the environment and the
// lines of `--config FILE` (YAML), the earlier source winning. Flags are declared on a CLI::App as
// usual, but without CLI11's own `envname`, `set_config` and `required`:
//
//   CLI::App app("The scheduler and the registry of nepa.", "nepa-coordinator");
//   app.add_option("--state", state, "folder of the database")->capture_default_str();
//   flags::AddDuration(app, "--lease", lease, "a worker silent for longer is given up");
//   if (std::optional<int> code = flags::ReadOrExplain(app, argc, argv)) return *code;
//
// `--trainer-env` is NEPA_TRAINER_ENV in the environment and `trainer-env:` in the file. A flag
// that may be repeated takes a YAML list; in the environment it is split at the option's delimiter.
//
// Called once, by main, before there are threads.
#ifndef NEPA_COMMON_FLAGS_FLAGS_H_
#define NEPA_COMMON_FLAGS_FLAGS_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace nepa::flags {

// The value of an environment variable, none if it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

struct Outcome {
  bool go_on = false;  // every flag has its value
  int exit_code = 0;   // else: 0 after --help and --version, 2 for wrong usage
  std::string output;  // for stdout
  std::string error;   // for stderr
};

// Adds --config and --version to `app`, then gives every flag its value. `arguments` without the
// program's name. Reads no file but the one that --config or NEPA_CONFIG names (nepactl has a file
// of its own, NEPACTL_CONFIG). `variables` names what the environment holds: one that is none of
// ours, and almost spelt like one of this program's, is refused.
Outcome Read(CLI::App& app, const std::vector<std::string>& arguments,
             const Environment& environment, const std::vector<std::string>& variables = {});

// Read() for main(): the real environment, output printed. An exit code, or none to go on.
std::optional<int> ReadOrExplain(CLI::App& app, int argc, const char* const* argv);

// A flag with a positive duration: "10s", "250ms", "5m".
CLI::Option* AddDuration(CLI::App& app, const std::string& name, absl::Duration& value,
                         const std::string& help);

}  // namespace nepa::flags

#endif  // NEPA_COMMON_FLAGS_FLAGS_H_
