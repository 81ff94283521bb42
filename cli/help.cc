// nepactl help
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "common/config/nearest_name.h"

namespace nepa::cli {
namespace {

// What a person may name after the words in `command`.
std::vector<std::string> NamesIn(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* inner : command.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(inner->get_name());
  }
  return names;
}

// The command of this name in `command`; null if there is none.
const CLI::App* Find(const CLI::App& command, const std::string& name) {
  const auto found =
      command.get_subcommands([&](const CLI::App* inner) { return inner->get_name() == name; });
  return found.empty() ? nullptr : found.front();
}

absl::StatusOr<int> Help(Context& context, const CLI::App& root,
                         const std::vector<std::string>& words) {
  const CLI::App* command = &root;
  std::string name = root.get_name();
  for (const std::string& word : words) {
    const CLI::App* const inner = Find(*command, word);
    if (inner == nullptr) {
      const std::string nearest = config::NearestName(word, NamesIn(*command));
      return absl::InvalidArgumentError(
          absl::StrCat("there is no command '", word, "' of ", name,
                       nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?"),
                       "; see ", name, " --help"));
    }
    command = inner;
    absl::StrAppend(&name, " ", word);
  }
  context.Print(root.get_formatter()->make_help(command, name, CLI::AppFormatMode::Normal));
  return kExitDone;
}

}  // namespace

void AddHelp(CommandLine& line) {
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* const command = line.Add(
      "help", "Print the help of nepactl, or of one of its commands",
      "  nepactl help\n"
      "  nepactl help checkpoints export",
      [words, &root = line.root()](Context& context) { return Help(context, root, *words); });
  command->add_option("COMMAND", *words, "A command [nepactl itself]")->type_name("");
}

}  // namespace nepa::cli
