// nepactl completion
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/failure.h"

namespace nepa::cli {
namespace {

// The words that may follow `command`: its commands and its long and short flags.
std::vector<std::string> WordsAfter(const CLI::App& command) {
  std::vector<std::string> words;
  for (const CLI::App* inner : command.get_subcommands([](const CLI::App*) { return true; })) {
    words.push_back(inner->get_name());
  }
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    for (const std::string& name : option->get_snames()) words.push_back("-" + name);
  }
  return words;
}

// One line of a bash `case` for each command: "checkpoints list") words="…";;
void AppendCases(const CLI::App& command, const std::string& path,
                 const std::vector<std::string>& global_words, std::string* text) {
  std::vector<std::string> words = WordsAfter(command);
  if (!path.empty()) words.insert(words.end(), global_words.begin(), global_words.end());
  absl::StrAppend(text, "    '", path, "') words='", absl::StrJoin(words, " "), "';;\n");
  for (const CLI::App* inner : command.get_subcommands([](const CLI::App*) { return true; })) {
    AppendCases(*inner,
                path.empty() ? inner->get_name() : absl::StrCat(path, " ", inner->get_name()),
                global_words, text);
  }
}

std::string BashScript(const CLI::App& root) {
  std::string cases;
  AppendCases(root, "", {"--coordinator", "--output", "--timeout"}, &cases);
  return absl::StrCat(
      R"(# bash completion of nepactl: source <(nepactl completion bash)
_nepactl() {
  local current=${COMP_WORDS[COMP_CWORD]} path='' word words=''
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      -*) ;;
      *) case "${path:+$path }$word" in
)",
      [&] {
        std::vector<std::string> paths;
        for (const CLI::App* app : root.get_subcommands([](const CLI::App*) { return true; })) {
          paths.push_back(absl::StrCat("'", app->get_name(), "'"));
          for (const CLI::App* inner : app->get_subcommands([](const CLI::App*) { return true; })) {
            paths.push_back(absl::StrCat("'", app->get_name(), " ", inner->get_name(), "'"));
          }
        }
        return absl::StrCat("        ", absl::StrJoin(paths, "|"),
                            ") path=\"${path:+$path }$word\";;\n");
      }(),
      R"(      esac;;
    esac
  done
  case "$path" in
)",
      cases, R"(  esac
  case "${COMP_WORDS[COMP_CWORD-1]}" in
    -o|--output) words='text json';;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _nepactl nepactl
)");
}

absl::StatusOr<int> Completion(Context& context, const CLI::App& root, const std::string& shell) {
  // zsh runs bash's completions.
  if (shell == "zsh") context.Print("autoload -U +X bashcompinit && bashcompinit\n");
  context.Print(BashScript(root));
  return kExitDone;
}

}  // namespace

void AddCompletion(CommandLine& line) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* const command = line.Add(
      "completion", "Print the shell's completion of nepactl",
      "  source <(nepactl completion bash)\n"
      "  source <(nepactl completion zsh)",
      [shell, &root = line.root()](Context& context) { return Completion(context, root, *shell); });
  command->add_option("SHELL", *shell, "bash or zsh")
      ->required()
      ->type_name("")
      ->check(CLI::IsMember({"bash", "zsh"}));
}

}  // namespace nepa::cli
