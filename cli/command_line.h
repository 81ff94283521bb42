// The tree of commands, and the choice that a command line makes among them.
//
// Each command lives in a file of its own and adds itself here: its flags to the parser, and what
// it does as an Action that runs once the whole line has been read.
#ifndef NEPA_CLI_COMMAND_LINE_H_
#define NEPA_CLI_COMMAND_LINE_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "cli/context.h"

namespace nepa::cli {

// The exit code, or why the command failed.
using Action = std::function<absl::StatusOr<int>(Context&)>;

// For options that take a whole number, 0 or more.
CLI::Validator IsCount();

class CommandLine {
 public:
  // `root` must outlive this.
  explicit CommandLine(CLI::App& root) : root_(root) {}
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  // A command under `parent` (the root where null). `examples`: whole lines, printed under --help.
  CLI::App* Add(CLI::App* parent, const std::string& name, const std::string& purpose,
                const std::string& examples, Action action);
  CLI::App* Add(const std::string& name, const std::string& purpose, const std::string& examples,
                Action action) {
    return Add(nullptr, name, purpose, examples, std::move(action));
  }
  // A command that only holds others.
  CLI::App* AddGroup(const std::string& name, const std::string& purpose,
                     const std::string& examples);

  CLI::App& root() { return root_; }
  // Empty unless a command was chosen by parsing `root`.
  const Action& chosen() const { return chosen_; }

 private:
  CLI::App& root_;
  Action chosen_;
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_COMMAND_LINE_H_
