// What nepactl sees of the world besides files and the network. main.cc gives the real one, tests
// a made-up one.
#ifndef NEPA_CLI_ENVIRONMENT_H_
#define NEPA_CLI_ENVIRONMENT_H_

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace nepa::cli {

// Of a terminal, in characters.
struct TerminalSize {
  size_t columns = 80;
  size_t rows = 24;
  bool operator==(const TerminalSize&) const = default;
};

struct Environment {
  std::vector<std::string> arguments;  // argv, the program's name first
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::function<absl::Time()> now;
  std::optional<absl::Time> began = std::nullopt;  // when this process was started
  // That of standard output, as it is now.
  std::function<TerminalSize()> terminal_size = [] { return TerminalSize(); };
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_ENVIRONMENT_H_
