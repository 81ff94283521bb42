#include "cli/completion_words.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace nepa::cli {
namespace {

// What a positional argument of this name takes from `nepactl names`.
std::string NamesFor(const std::string& positional) {
  if (positional == "JOB") return "jobs";
  if (positional == "ID") return "checkpoints";
  if (positional == "WORKER") return "workers";
  return "";
}

// Words that a positional argument of this name may be.
std::vector<std::string> ValuesFor(const std::string& positional) {
  if (positional == "SHELL") return {"bash", "zsh", "fish"};
  if (positional == "VALUE") return {"low", "normal", "high"};
  return {};
}

void Collect(const CLI::App& command, const std::string& path,
             std::vector<CompletedCommand>* commands) {
  CompletedCommand completed{.path = path};
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      completed.flags.push_back(absl::StrCat("--", name));
    }
    for (const std::string& name : option->get_snames()) {
      completed.flags.push_back(absl::StrCat("-", name));
    }
    if (!option->get_positional()) continue;
    const std::string name = option->get_name(/*positional=*/true);
    if (completed.names.empty()) completed.names = NamesFor(name);
    for (std::string& value : ValuesFor(name)) completed.values.push_back(std::move(value));
    completed.files = completed.files || name == "FILE" || name == "DIR";
  }
  std::vector<const CLI::App*> inner;
  for (const CLI::App* app : command.get_subcommands([](const CLI::App*) { return true; })) {
    if (app->get_group().empty()) continue;
    inner.push_back(app);
    completed.inner.push_back(app->get_name());
    completed.purposes.push_back(app->get_description());
  }
  commands->push_back(std::move(completed));
  for (const CLI::App* app : inner) {
    Collect(*app, absl::StrCat(path, path.empty() ? "" : " ", app->get_name()), commands);
  }
}

}  // namespace

std::vector<CompletedCommand> CompletedCommands(const CLI::App& root) {
  std::vector<CompletedCommand> commands;
  Collect(root, "", &commands);
  return commands;
}

}  // namespace nepa::cli
