#include "common/flags/flags.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/status.h"
#include "common/base/version.h"

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
absl::Status Take(CLI::Option& option, const std::vector<std::string>& texts,
                  const std::string& source) {
  if (option.count() > 0) return absl::OkStatus();
  try {
    for (const std::string& text : texts) option.add_result(text);
    option.run_callback();
    return absl::OkStatus();
  } catch (const CLI::ParseError& error) {  // the one place for what CLI11 throws on a value
    return absl::InvalidArgumentError(absl::StrCat(source, ": ", error.what()));
  }
}

absl::Status TakeEnvironment(CLI::App& app, const Environment& environment) {
  for (CLI::Option* option : app.get_options()) {
    const std::string key = KeyOf(*option);
    if (key.empty()) continue;
    const std::string variable = VariableOf(key);
    const std::optional<std::string> text = environment(variable);
    if (!text.has_value() || text->empty()) continue;
    NEPA_RETURN_IF_ERROR(Take(*option, {*text}, variable));
  }
  return absl::OkStatus();
}

absl::Status TakeLine(CLI::App& app, const std::string& file, const YAML::Node& key,
                      const YAML::Node& value) {
  const std::string name = key.as<std::string>();
  const std::string where = absl::StrCat(file, ":", key.Mark().line + 1, ": ", name);
  std::vector<std::string> known;
  CLI::Option* found = nullptr;
  for (CLI::Option* option : app.get_options()) {
    const std::string other = KeyOf(*option);
    if (other.empty() || other == "config") continue;
    known.push_back(other);
    if (other == name) found = option;
  }
  if (found == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": no such flag; there are: ", absl::StrJoin(known, ", ")));
  }
  if (value.IsNull()) return absl::OkStatus();
  if (value.IsScalar()) return Take(*found, {value.Scalar()}, where);
  std::vector<std::string> texts;
  for (const YAML::Node& one : value) {
    if (!value.IsSequence() || !one.IsScalar()) {
      return absl::InvalidArgumentError(absl::StrCat(where, ": must be one value or a list"));
    }
    texts.push_back(one.Scalar());
  }
  return texts.empty() ? absl::OkStatus() : Take(*found, texts, where);
}

absl::Status TakeFile(CLI::App& app, const std::string& file) {
  try {
    const YAML::Node root = YAML::LoadFile(file);
    if (root.IsNull()) return absl::OkStatus();
    if (!root.IsMap()) {
      return absl::InvalidArgumentError(
          absl::StrCat(file, ": must be a mapping of flags, such as `state: /var/lib/nepa`"));
    }
    for (const auto& line : root) {
      NEPA_RETURN_IF_ERROR(TakeLine(app, file, line.first, line.second));
    }
    return absl::OkStatus();
  } catch (const YAML::BadFile&) {  // the one place for what yaml-cpp throws
    return absl::InvalidArgumentError(
        absl::StrCat("--config ", file, ": cannot be read; name a file that is there"));
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ":", error.mark.line + 1, ":", error.mark.column + 1, ": ", error.msg));
  }
}

Outcome WrongUsage(const CLI::App& app, absl::string_view message) {
  return {false, kWrongUsage, "",
          absl::StrCat(app.get_name(), ": ", message, "\nRun with --help for the flags.\n")};
}

}  // namespace

Outcome Read(CLI::App& app, const std::vector<std::string>& arguments,
             const Environment& environment) {
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
    return WrongUsage(app, error.what());
  }
  absl::Status status = TakeEnvironment(app, environment);
  if (status.ok() && !config.empty()) status = TakeFile(app, config);
  if (!status.ok()) return WrongUsage(app, status.message());
  return {true, 0, "", ""};
}

std::optional<int> ReadOrExplain(CLI::App& app, int argc, const char* const* argv) {
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    const char* text = std::getenv(name.c_str());
    return text == nullptr ? std::nullopt : std::optional<std::string>(text);
  };
  const Outcome outcome = Read(app, std::vector<std::string>(argv + 1, argv + argc), environment);
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
