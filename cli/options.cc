#include "cli/options.h"

#include <yaml-cpp/yaml.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
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

struct Sources {
  Sourced coordinator, output, timeout, color;
  Sourced ca, certificate, key, token_file;
};

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
  Sourced* const target = name == "coordinator"       ? &sources->coordinator
                          : name == "output"          ? &sources->output
                          : name == "timeout"         ? &sources->timeout
                          : name == "color"           ? &sources->color
                          : name == "tls-ca"          ? &sources->ca
                          : name == "tls-certificate" ? &sources->certificate
                          : name == "tls-key"         ? &sources->key
                          : name == "token-file"      ? &sources->token_file
                                                      : nullptr;
  if (target == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        source, ": unknown key '", name,
        "'; known are coordinator, output, timeout, color, tls-ca, tls-certificate, tls-key, "
        "token-file"));
  }
  Offer(target, value.Scalar(), source);
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

void OfferDoors(const credentials::ClientFiles& files, const Environment& env, Sources* sources) {
  Offer(&sources->ca, files.ca, "--tls-ca");
  Offer(&sources->ca, Variable(env, "NEPA_TLS_CA"), "NEPA_TLS_CA");
  Offer(&sources->certificate, files.certificate, "--tls-certificate");
  Offer(&sources->certificate, Variable(env, "NEPA_TLS_CERTIFICATE"), "NEPA_TLS_CERTIFICATE");
  Offer(&sources->key, files.key, "--tls-key");
  Offer(&sources->key, Variable(env, "NEPA_TLS_KEY"), "NEPA_TLS_KEY");
  Offer(&sources->token_file, files.token_file, "--token-file");
  Offer(&sources->token_file, Variable(env, "NEPA_TOKEN_FILE"), "NEPA_TOKEN_FILE");
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
  Offer(&sources.coordinator, flags.coordinator, "--coordinator");
  Offer(&sources.coordinator, Variable(env, "NEPA_COORDINATOR"), "NEPA_COORDINATOR");
  Offer(&sources.output, flags.output, "--output");
  Offer(&sources.timeout, flags.timeout, "--timeout");
  OfferDoors(flags.doors, env, &sources);
  NEPA_RETURN_IF_ERROR(OfferConfigFile(env, &sources));

  GlobalOptions options;
  if (!sources.coordinator.value.empty()) {
    NEPA_RETURN_IF_ERROR(CheckAddress(sources.coordinator));
    options.coordinator = sources.coordinator.value;
  }
  if (!sources.output.value.empty() && sources.output.value != "text") {
    if (sources.output.value != "json") return Wrong(sources.output, "output", "text or json");
    options.json = true;
  }
  if (!sources.timeout.value.empty()) {
    const auto timeout = ParseTimeout(sources.timeout.value);
    if (!timeout.ok()) return Wrong(sources.timeout, "timeout", "a time like 30s, 24h at most");
    options.timeout = *timeout;
  }
  options.doors = {sources.ca.value, sources.certificate.value, sources.key.value,
                   sources.token_file.value};
  NEPA_ASSIGN_OR_RETURN(options.color, ChooseColor(sources.color, env));
  return options;
}

}  // namespace nepa::cli
