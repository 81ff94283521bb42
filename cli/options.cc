#include "cli/options.h"

#include <iterator>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/failure.h"
#include "common/base/status.h"
#include "common/flags/address.h"
#include "common/flags/settings_file.h"

namespace nepa::cli {
namespace {

// A value with the place it came from, for messages.
struct Sourced {
  std::string value;
  std::string source;
};

// By the key that the configuration file has for it.
using Sources = std::map<std::string, Sourced>;

constexpr const char* kKeys[] = {"coordinator", "output",          "timeout", "color",
                                 "tls-ca",      "tls-certificate", "tls-key", "token-file"};

// Keeps what an earlier source said.
void Offer(Sourced* kept, std::string value, std::string source) {
  if (kept->value.empty()) *kept = {std::move(value), std::move(source)};
}

std::string Variable(const Environment& env, const char* name) {
  return env.variable(name).value_or("");
}

absl::Status OfferFile(const std::string& path, Sources* sources) {
  const absl::StatusOr<flags::SettingsFile> file =
      flags::ReadSettingsFile(path, {std::begin(kKeys), std::end(kKeys)});
  if (absl::IsNotFound(file.status())) return file.status();
  if (!file.ok()) {
    return LocalFailure(Annotate(file.status(), "nepactl's configuration file"),
                        "NEPACTL_CONFIG names another");
  }
  std::vector<flags::SettingsFault> faults = file->faults;
  for (const flags::Setting& setting : file->settings) {
    if (setting.is_list) {
      faults.push_back(
          {setting.position, absl::StrCat(setting.place, ": ", setting.name,
                                          ": found a list; allowed: one value, like coordinator: "
                                          "host:7443")});
    } else {
      Offer(&(*sources)[setting.name], setting.values.front(), setting.place);
    }
  }
  return flags::FaultsStatus(std::move(faults));
}

absl::Status OfferConfigFile(const Environment& env, Sources* sources) {
  const std::string named = Variable(env, "NEPACTL_CONFIG");
  if (!named.empty()) {
    absl::Status status = OfferFile(named, sources);
    if (absl::IsNotFound(status)) {
      return absl::InvalidArgumentError(absl::StrCat("NEPACTL_CONFIG: ", status.message(),
                                                     "; unset it, or name a file that is there"));
    }
    return status;
  }
  std::string folder = Variable(env, "XDG_CONFIG_HOME");
  if (folder.empty()) {
    const std::string home = Variable(env, "HOME");
    if (home.empty()) return absl::OkStatus();
    folder = absl::StrCat(home, "/.config");
  }
  absl::Status status = OfferFile(absl::StrCat(folder, "/nepa/nepactl.yaml"), sources);
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

absl::Status Wrong(const Sourced& from, absl::string_view what, absl::string_view allowed) {
  return absl::InvalidArgumentError(
      absl::StrCat(from.source, ": ", what, " '", from.value, "' is not ", allowed));
}

absl::Status CheckAddress(const Sourced& from) {
  const absl::StatusOr<flags::HostPort> address = flags::ParseHostPort(from.value);
  if (address.ok() && address->port != 0) return absl::OkStatus();
  return Wrong(from, "coordinator", "HOST:PORT, like 127.0.0.1:7443");
}

// An empty NO_COLOR says nothing (no-color.org).
absl::StatusOr<bool> ChooseColor(const Sourced& from, const Environment& env) {
  if (from.value == "always") return true;
  if (from.value == "never") return false;
  if (!from.value.empty() && from.value != "auto") {
    return Wrong(from, "color", "auto, always or never");
  }
  return env.out_is_terminal && Variable(env, "NO_COLOR").empty() &&
         Variable(env, "TERM") != "dumb";
}

// A flag wins over its variable.
void OfferFlag(const std::string& key, const std::string& flag, const char* variable,
               const Environment& env, Sources* sources) {
  Sourced* const kept = &(*sources)[key];
  Offer(kept, flag, absl::StrCat("--", key));
  Offer(kept, Variable(env, variable), variable);
}

}  // namespace

absl::StatusOr<absl::Duration> ParseTimeout(const std::string& text) {
  absl::Duration timeout;
  double seconds = 0;
  if (absl::SimpleAtod(text, &seconds)) {
    timeout = absl::Seconds(seconds);
  } else if (!absl::ParseDuration(text, &timeout)) {
    return absl::InvalidArgumentError("not a time");
  }
  if (timeout <= absl::ZeroDuration() || timeout > absl::Hours(24)) {
    return absl::InvalidArgumentError("out of range");
  }
  return timeout;
}

absl::StatusOr<GlobalOptions> ResolveOptions(const GlobalFlags& flags, const Environment& env) {
  Sources sources;
  OfferFlag("coordinator", flags.coordinator, "NEPA_COORDINATOR", env, &sources);
  Offer(&sources["output"], flags.output, "--output");
  Offer(&sources["timeout"], flags.timeout, "--timeout");
  OfferFlag("tls-ca", flags.doors.ca, "NEPA_TLS_CA", env, &sources);
  OfferFlag("tls-certificate", flags.doors.certificate, "NEPA_TLS_CERTIFICATE", env, &sources);
  OfferFlag("tls-key", flags.doors.key, "NEPA_TLS_KEY", env, &sources);
  OfferFlag("token-file", flags.doors.token_file, "NEPA_TOKEN_FILE", env, &sources);
  NEPA_RETURN_IF_ERROR(OfferConfigFile(env, &sources));

  GlobalOptions options;
  if (!sources["coordinator"].value.empty()) {
    NEPA_RETURN_IF_ERROR(CheckAddress(sources["coordinator"]));
    options.coordinator = sources["coordinator"].value;
  }
  if (!sources["output"].value.empty() && sources["output"].value != "text") {
    if (sources["output"].value != "json")
      return Wrong(sources["output"], "output", "text or json");
    options.json = true;
  }
  if (!sources["timeout"].value.empty()) {
    const auto timeout = ParseTimeout(sources["timeout"].value);
    if (!timeout.ok()) return Wrong(sources["timeout"], "timeout", "a time like 30s, 24h at most");
    options.timeout = *timeout;
  }
  options.doors = {sources["tls-ca"].value, sources["tls-certificate"].value,
                   sources["tls-key"].value, sources["token-file"].value};
  NEPA_ASSIGN_OR_RETURN(options.color, ChooseColor(sources["color"], env));
  return options;
}

}  // namespace nepa::cli
