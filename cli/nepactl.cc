#include "cli/nepactl.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "common/flags/mistake.h"
#include "common/flags/variables.h"

namespace nepa::cli {
namespace {

constexpr char kFooter[] =
    "Wherever JOB stands, its id and its name both serve (of several jobs of one name, the "
    "latest).\n"
    "Options stand before or after the command; NEPA_COORDINATOR and ~/.config/nepa/nepactl.yaml "
    "(or NEPACTL_CONFIG)\nset them for good. NO_COLOR turns colours off.\n\n"
    "Exit codes: 0 done, 1 the job failed or was cancelled, or something broke, 2 wrong usage, a "
    "refused\n"
    "file or a local file that cannot be read or written, 3 the coordinator could not be reached,\n"
    "4 not allowed (by permission, phase or a bound), 5 not found, 124 nepactl wait gave up,\n"
    "130 interrupted.\n\n"
    "Examples:\n"
    "  nepactl run examples/fashion_pretrain.yaml          train on this machine, no daemons\n"
    "  nepactl submit pretrain.yaml --follow               on a cluster\n"
    "  nepactl list -o json";

void AddGlobalOptions(CLI::App& root, GlobalFlags* flags) {
  const char* const kGroup = "Options of every command";
  root.add_option("--coordinator", flags->coordinator,
                  "Where the coordinator listens [127.0.0.1:7443]")
      ->type_name("HOST:PORT")
      ->group(kGroup);
  root.add_option("-o,--output", flags->output, "text for people, json for programs [text]")
      ->type_name("text|json")
      ->group(kGroup);
  root.add_option("--timeout", flags->timeout,
                  "How long to wait for the coordinator's answer [30s]")
      ->type_name("TIME")
      ->group(kGroup);
  root.add_option("--tls-ca", flags->doors.ca,
                  "Who signs the coordinator's certificate; turns TLS on")
      ->type_name("FILE")
      ->group(kGroup);
  root.add_option("--tls-certificate", flags->doors.certificate,
                  "Your own certificate, where the coordinator asks for one")
      ->type_name("FILE")
      ->group(kGroup);
  root.add_option("--tls-key", flags->doors.key, "Its private key")
      ->type_name("FILE")
      ->group(kGroup);
  root.add_option("--token-file", flags->doors.token_file, "File of your token")
      ->type_name("FILE")
      ->group(kGroup);
}

void AddCommands(CommandLine& line) {
  AddSubmit(line);
  AddRun(line);
  AddList(line);
  AddDescribe(line);
  AddExplain(line);
  AddWatch(line);
  AddWait(line);
  AddLogs(line);
  AddMetrics(line);
  AddEvents(line);
  AddTrace(line);
  AddCancel(line);
  AddPause(line);
  AddResume(line);
  AddPriority(line);
  AddDelete(line);
  AddCheckpoints(line);
  AddWorkers(line);
  AddValidate(line);
  AddSchema(line);
  AddHelp(line);
  AddVersion(line);
  AddCompletion(line);
  AddNames(line);
}

// Whether errors are for a program, before or without a successful parse.
bool AsksForJson(const std::vector<std::string>& arguments) {
  for (size_t i = 1; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "-ojson" || word == "-o=json" || word == "--output=json") return true;
    if ((word == "-o" || word == "--output") && i + 1 < arguments.size() &&
        arguments[i + 1] == "json") {
      return true;
    }
  }
  return false;
}

int Fail(const Environment& env, const absl::Status& status, bool json) {
  env.err << (json ? DumpJson(ErrorJson(status)) : FailureText(status)) << std::flush;
  return ExitCodeFor(status);
}

// Prints help where that was asked for; else the usage error.
int FailParse(const Environment& env, CLI::App& root, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return root.exit(error, env.out, env.err);
  const absl::Status status = absl::InvalidArgumentError(
      absl::StrCat(flags::Mistake(root, error), "; see ", flags::ChosenCommand(root), " --help"));
  return Fail(env, status, AsksForJson(env.arguments));
}

}  // namespace

int RunNepactl(const Environment& env, const std::vector<std::string>& variables) {
  CLI::App root("Trains NEPA vision models on a cluster, or on this machine.", "nepactl");
  GlobalFlags given;
  root.fallthrough();
  root.require_subcommand(1);
  root.footer(kFooter);
  AddGlobalOptions(root, &given);
  CommandLine line(root);
  AddCommands(line);

  // CLI11 takes the words from the back.
  std::vector<std::string> words(env.arguments.rbegin(), env.arguments.rend());
  if (!words.empty()) words.pop_back();
  try {
    root.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return FailParse(env, root, error);
  }
  const absl::Status spelt = flags::MisspeltVariables(
      variables, {"NEPA_COORDINATOR", "NEPA_TLS_CA", "NEPA_TLS_CERTIFICATE", "NEPA_TLS_KEY",
                  "NEPA_TOKEN_FILE"});
  if (!spelt.ok()) return Fail(env, spelt, AsksForJson(env.arguments));
  absl::StatusOr<GlobalOptions> options = ResolveOptions(given, env);
  if (!options.ok()) return Fail(env, options.status(), AsksForJson(env.arguments));
  Context context(env, *std::move(options));
  const absl::StatusOr<int> code = line.chosen()(context);
  return code.ok() ? *code : Fail(env, code.status(), context.json());
}

}  // namespace nepa::cli
