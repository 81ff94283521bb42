#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>

#include "cli/nepactl.h"
#include "cli/process_start.h"
#include "common/base/clock.h"
#include "common/flags/variables.h"

namespace {

nepa::cli::TerminalSize SizeOfOutput() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, size.ws_row};
}

}  // namespace

int main(int argc, char** argv) {
  // What gRPC thinks of a lost connection is no news to people; an own setting is left as it is.
  ::setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);

  const std::vector<std::string> variables = nepa::flags::VariableNames(environ);
  const nepa::cli::Environment env{
      .arguments = std::vector<std::string>(argv, argv + argc),
      .out = std::cout,
      .err = std::cerr,
      .out_is_terminal = ::isatty(STDOUT_FILENO) != 0,
      .err_is_terminal = ::isatty(STDERR_FILENO) != 0,
      .variable = [](const std::string& name) -> std::optional<std::string> {
        const char* const value = ::getenv(name.c_str());
        if (value == nullptr) return std::nullopt;
        return value;
      },
      .now = nepa::SteadyNow,
      .began = nepa::cli::ProcessStart(nepa::SteadyNow()),
      .terminal_size = SizeOfOutput,
  };
  return nepa::cli::RunNepactl(env, variables);
}
