// nepactl completion
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/completion_words.h"
#include "cli/failure.h"

namespace nepa::cli {
namespace {

absl::StatusOr<int> Completion(Context& context, const CLI::App& root, const std::string& shell) {
  if (shell == "fish") {
    context.Print(FishCompletion(root));
    return kExitDone;
  }
  // zsh runs bash's completions.
  if (shell == "zsh") {
    context.Print(
        "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n");
  }
  context.Print(BashCompletion(root));
  return kExitDone;
}

}  // namespace

void AddCompletion(CommandLine& line) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* const command = line.Add(
      "completion", "Print the shell's completion of nepactl",
      "  source <(nepactl completion bash)            in ~/.bashrc\n"
      "  source <(nepactl completion zsh)             in ~/.zshrc\n"
      "  nepactl completion fish | source             in ~/.config/fish/config.fish",
      [shell, &root = line.root()](Context& context) { return Completion(context, root, *shell); });
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->type_name("")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

}  // namespace nepa::cli
