#include "common/flags/flags.h"

#include <cstdlib>
#include <iostream>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/status.h"
#include "common/base/version.h"
#include "common/flags/mistake.h"
#include "common/flags/settings_file.h"
#include "common/flags/variables.h"

namespace nepa::flags {
namespace {

constexpr int kWrongUsage = 2;

// "trainer-env" for --trainer-env; empty for flags that only the command line has.
std::string KeyOf(const CLI::Option& option) {
  if (option.get_lnames().empty()) return "";
  const std::string& key = option.get_lnames().front();
  return key == "help" || key == "version" ? "" : key;
}

std::string VariableOf(const std::string& key) {
  return absl::StrCat("NEPA_", absl::AsciiStrToUpper(absl::StrReplaceAll(key, {{"-", "_"}})));
}

// Gives an option that has no value yet the value `texts`, checks included.
absl::Status Take(const CLI::App& app, CLI::Option& option, const std::vector<std::string>& texts,
                  const std::string& source) {
  if (option.count() > 0) return absl::OkStatus();
  try {
    for (const std::string& text : texts) option.add_result(text);
    option.run_callback();
    return absl::OkStatus();
  } catch (const CLI::ParseError& error) {  // the one place for what CLI11 throws on a value
    return absl::InvalidArgumentError(absl::StrCat(source, ": ", Mistake(app, error)));
  }
}

absl::Status TakeEnvironment(CLI::App& app, const Environment& environment) {
  for (CLI::Option* option : app.get_options()) {
    const std::string key = KeyOf(*option);
    if (key.empty()) continue;
    const std::string variable = VariableOf(key);
    const std::optional<std::string> text = environment(variable);
    if (!text.has_value() || text->empty()) continue;
    NEPA_RETURN_IF_ERROR(Take(app, *option, {*text}, variable));
  }
  return absl::OkStatus();
}

// Every setting that a file or a variable may give: the long names of the flags, in their order.
std::vector<std::string> Keys(const CLI::App& app) {
  std::vector<std::string> keys;
  for (const CLI::Option* option : app.get_options()) {
    if (const std::string key = KeyOf(*option); !key.empty()) keys.push_back(key);
  }
  return keys;
}

absl::Status TakeFile(CLI::App& app, const std::string& path) {
  std::vector<std::string> keys = Keys(app);
  std::erase(keys, "config");
  const absl::StatusOr<SettingsFile> file = ReadSettingsFile(path, keys);
  if (!file.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--config: ", file.status().message(),
                                                   "; name a file of settings that can be read"));
  }
  std::vector<SettingsFault> faults = file->faults;
  for (const Setting& setting : file->settings) {
    CLI::Option* const option = app.get_option("--" + setting.name);
    const absl::Status taken = Take(app, *option, setting.values, setting.place);
    if (!taken.ok()) faults.push_back({setting.position, std::string(taken.message())});
  }
  return FaultsStatus(std::move(faults));
}

// A variable that looks like one of ours and is none would be a setting that silently counts for
// nothing, perhaps the one that closes a door.
absl::Status CheckVariables(const CLI::App& app, const std::vector<std::string>& variables) {
  std::vector<std::string> known;
  for (const std::string& key : Keys(app)) known.push_back(VariableOf(key));
  return MisspeltVariables(variables, known);
}

Outcome WrongUsage(const CLI::App& app, absl::string_view message) {
  return {false, kWrongUsage, "",
          absl::StrCat(app.get_name(), ": ", message, "\nRun with --help for the flags.\n")};
}

}  // namespace

Outcome Read(CLI::App& app, const std::vector<std::string>& arguments,
             const Environment& environment, const std::vector<std::string>& variables) {
  std::string config;
  app.add_option("--config", config, "YAML file with a line for each flag, e.g. `state: DIR`");
  app.set_version_flag("--version", std::string(kVersion));
  app.footer("Every flag may also stand as NEPA_… in the environment (--state: NEPA_STATE).");
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants it
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    return {false, 0, app.help(), ""};
  } catch (const CLI::CallForVersion&) {
    return {false, 0, absl::StrCat(app.get_name(), " ", kVersion, "\n"), ""};
  } catch (const CLI::ParseError& error) {
    return WrongUsage(app, Mistake(app, error));
  }
  absl::Status status = CheckVariables(app, variables);
  if (status.ok()) status = TakeEnvironment(app, environment);
  if (status.ok() && !config.empty()) status = TakeFile(app, config);
  if (!status.ok()) return WrongUsage(app, status.message());
  return {true, 0, "", ""};
}

std::optional<int> ReadOrExplain(CLI::App& app, int argc, const char* const* argv) {
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    const char* text = std::getenv(name.c_str());
    return text == nullptr ? std::nullopt : std::optional<std::string>(text);
  };
  const Outcome outcome = Read(app, std::vector<std::string>(argv + 1, argv + argc), environment,
                               VariableNames(environ));
  std::cout << outcome.output << std::flush;
  std::cerr << outcome.error << std::flush;
  return outcome.go_on ? std::nullopt : std::optional<int>(outcome.exit_code);
}

CLI::Option* AddDuration(CLI::App& app, const std::string& name, absl::Duration& value,
                         const std::string& help) {
  const auto take = [&value](const CLI::results_t& texts) {
    return absl::ParseDuration(texts.front(), &value);
  };
  const auto check = [](const std::string& text) -> std::string {
    absl::Duration parsed;
    if (absl::ParseDuration(text, &parsed) && parsed > absl::ZeroDuration()) return "";
    return absl::StrCat("'", text, "' is no duration above 0, such as 10s, 250ms or 5m");
  };
  return app.add_option(name, take, help)
      ->type_name("DURATION")
      ->check(CLI::Validator(check, ""))
      ->default_str(absl::FormatDuration(value));
}

}  // namespace nepa::flags
