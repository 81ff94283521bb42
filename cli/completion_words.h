// What may stand where on nepactl's command line, read from the parser for the shells' sake.
//
// Pure. Any thread.
#ifndef NEPA_CLI_COMPLETION_WORDS_H_
#define NEPA_CLI_COMPLETION_WORDS_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace nepa::cli {

struct CompletedCommand {
  std::string path;                // "checkpoints export"; empty for nepactl itself
  std::vector<std::string> inner;  // commands that it holds, with their purposes beside
  std::vector<std::string> purposes;
  std::vector<std::string> flags;   // "--limit", "-o"
  std::string names;                // what `nepactl names` is asked for its arguments; or empty
  std::vector<std::string> values;  // words that an argument of it may be
  bool files = false;               // its arguments are files or folders
};

// Every command that help shows, the outer before the inner ones.
std::vector<CompletedCommand> CompletedCommands(const CLI::App& root);

// The scripts. Names of jobs, checkpoints and workers are asked for as the person types.
std::string BashCompletion(const CLI::App& root);
std::string FishCompletion(const CLI::App& root);

}  // namespace nepa::cli

#endif  // NEPA_CLI_COMPLETION_WORDS_H_
