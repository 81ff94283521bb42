#include "cli/options.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/failure.h"
#include "common/base/status.h"
#include "common/flags/address.h"
#include "common/io/file.h"

namespace nepa::cli {
namespace {

constexpr size_t kLongestFileBytes = 1 << 16;

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

absl::Status OfferLine(const std::string& path, const YAML::Node& key, const YAML::Node& value,
                       Sources* sources) {
  const std::string source = absl::StrCat(path, ":", key.Mark().line + 1);
  const std::string name = key.IsScalar() ? key.Scalar() : "";
  if (!value.IsScalar()) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, ": ", name, ": expected one word, like coordinator: host:7443"));
  }
  if (std::find(std::begin(kKeys), std::end(kKeys), name) == std::end(kKeys)) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, ": unknown key '", name, "'; known are ", absl::StrJoin(kKeys, ", ")));
  }
  Offer(&(*sources)[name], value.Scalar(), source);
  return absl::OkStatus();
}

absl::Status OfferFile(const std::string& path, Sources* sources) {
  const absl::StatusOr<std::string> text = io::ReadFile(path, kLongestFileBytes);
  if (absl::IsNotFound(text.status())) return text.status();
  if (!text.ok()) return LocalFailure(text.status());
  try {
    const YAML::Node root = YAML::Load(*text);
    if (root.IsNull()) return absl::OkStatus();
    if (!root.IsMap()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": expected a mapping, like coordinator: host:7443"));
    }
    for (const auto& entry : root) {
      NEPA_RETURN_IF_ERROR(OfferLine(path, entry.first, entry.second, sources));
    }
    return absl::OkStatus();
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ":", error.mark.line + 1, ": broken YAML: ", error.msg));
  }
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
