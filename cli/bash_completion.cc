#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/awaited.h"
#include "cli/completion_words.h"

namespace nepa::cli {
namespace {

constexpr char kHead[] = R"BASH(# bash completion of nepactl: source <(nepactl completion bash)
_nepactl() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local path='' word words='' names='' files=''
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "${path:+$path }$word" in
)BASH";

constexpr char kMiddle[] = R"BASH(    esac
  done
  case "$path" in
)BASH";

constexpr char kTail[] = R"BASH(  esac
  case "$before" in
    -o|--output) words='text json' names='' files='' ;;
    --job) words='' names=jobs files='' ;;
    --for) words='$PHASES' names='' files='' ;;
    --config|--state|--png|--tls-ca|--tls-certificate|--tls-key|--token-file) words='' names='' files=yes ;;
  esac
  if [[ -n $names && $current != -* ]]; then
    words+=" $("${COMP_WORDS[0]}" names "$names" 2>/dev/null)"
  fi
  COMPREPLY=()
  while IFS= read -r word; do
    [[ -n $word ]] && COMPREPLY+=("$word")
  done < <(compgen -W "$words" -- "$current")
  if [[ -n $files ]]; then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
    type compopt &>/dev/null && compopt -o filenames 2>/dev/null
  fi
  return 0
}
complete -F _nepactl nepactl
)BASH";

}  // namespace

std::string BashCompletion(const CLI::App& root) {
  std::vector<std::string> paths;
  std::string cases;
  const std::vector<CompletedCommand> commands = CompletedCommands(root);
  for (const CompletedCommand& command : commands) {
    std::vector<std::string> words = command.inner;
    words.insert(words.end(), command.flags.begin(), command.flags.end());
    if (!command.path.empty()) {
      paths.push_back(absl::StrCat("'", command.path, "'"));
      const std::vector<std::string>& global = commands.front().flags;
      words.insert(words.end(), global.begin(), global.end());
    }
    words.insert(words.end(), command.values.begin(), command.values.end());
    absl::StrAppend(&cases, "    '", command.path, "') words='", absl::StrJoin(words, " "), "'",
                    command.names.empty() ? "" : absl::StrCat(" names=", command.names),
                    command.files ? " files=yes" : "", " ;;\n");
  }
  std::string tail = kTail;
  const std::string mark = "$PHASES";
  tail.replace(tail.find(mark), mark.size(), absl::StrJoin(AwaitedWords(), " "));
  return absl::StrCat(kHead, "      ", absl::StrJoin(paths, "|"),
                      ") path=\"${path:+$path }$word\" ;;\n", kMiddle, cases, tail);
}

}  // namespace nepa::cli
