#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/awaited.h"
#include "cli/completion_words.h"

namespace nepa::cli {
namespace {

std::string Quoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

// Holds while the line stands in the command of this path.
std::string Condition(const CompletedCommand& command) {
  if (command.path.empty()) return "__fish_use_subcommand";
  std::vector<std::string> seen;
  for (const auto word : absl::StrSplit(command.path, ' ')) {
    seen.push_back(absl::StrCat("__fish_seen_subcommand_from ", word));
  }
  std::string text = absl::StrJoin(seen, "; and ");
  if (!command.inner.empty()) {
    absl::StrAppend(&text, "; and not __fish_seen_subcommand_from ",
                    absl::StrJoin(command.inner, " "));
  }
  return text;
}

// How fish is told of a flag: -l long, -s short; with its value where that is known.
std::string FlagText(const std::string& flag) {
  if (!absl::StartsWith(flag, "--")) return absl::StrCat("-s ", flag.substr(1));
  std::string text = absl::StrCat("-l ", flag.substr(2));
  if (flag == "--job") absl::StrAppend(&text, " -x -a '(nepactl names jobs 2>/dev/null)'");
  if (flag == "--for")
    absl::StrAppend(&text, " -x -a ", Quoted(absl::StrJoin(AwaitedWords(), " ")));
  return text;
}

void AppendCommand(const CompletedCommand& command, std::string* text) {
  const std::string start = absl::StrCat("complete -c nepactl -n ", Quoted(Condition(command)));
  for (size_t i = 0; i < command.inner.size(); ++i) {
    absl::StrAppend(text, start, " -a ", command.inner[i], " -d ", Quoted(command.purposes[i]),
                    "\n");
  }
  if (!command.path.empty()) {
    for (const std::string& flag : command.flags) {
      absl::StrAppend(text, start, " ", FlagText(flag), "\n");
    }
  }
  if (!command.names.empty()) {
    absl::StrAppend(text, start, " -a '(nepactl names ", command.names, " 2>/dev/null)'\n");
  }
  if (command.files) absl::StrAppend(text, start, " -F\n");
  if (!command.values.empty()) {
    absl::StrAppend(text, start, " -a ", Quoted(absl::StrJoin(command.values, " ")), "\n");
  }
}

}  // namespace

std::string FishCompletion(const CLI::App& root) {
  std::string text =
      "# fish completion of nepactl: nepactl completion fish | source\n"
      "complete -c nepactl -f\n"
      "complete -c nepactl -l coordinator -x\n"
      "complete -c nepactl -s o -l output -x -a 'text json'\n"
      "complete -c nepactl -l timeout -x\n"
      "complete -c nepactl -l tls-ca -r -F\n"
      "complete -c nepactl -l tls-certificate -r -F\n"
      "complete -c nepactl -l tls-key -r -F\n"
      "complete -c nepactl -l token-file -r -F\n";
  for (const CompletedCommand& command : CompletedCommands(root)) AppendCommand(command, &text);
  return text;
}

}  // namespace nepa::cli
