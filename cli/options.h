// The options that every command has, from four sources: flags, environment, configuration file,
// defaults, the earlier ones first.
#ifndef NEPA_CLI_OPTIONS_H_
#define NEPA_CLI_OPTIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/environment.h"
#include "common/credentials/client_files.h"

namespace nepa::cli {

// As the flags say; empty where a flag was not given.
struct GlobalFlags {
  std::string coordinator;
  std::string output;
  std::string timeout;
  credentials::ClientFiles doors;
};

struct GlobalOptions {
  std::string coordinator = "127.0.0.1:7443";
  bool json = false;
  credentials::ClientFiles doors;
  absl::Duration timeout = absl::Seconds(30);
  bool color = false;  // on standard output
};

// Reads the configuration file that NEPACTL_CONFIG names, else ~/.config/nepa/nepactl.yaml (or
// $XDG_CONFIG_HOME/nepa/nepactl.yaml) if there is one: a mapping with the keys coordinator, output,
// timeout, color (auto, always or never), tls-ca, tls-certificate, tls-key and token-file.
// INVALID_ARGUMENT for a wrong value, with the place that holds it.
absl::StatusOr<GlobalOptions> ResolveOptions(const GlobalFlags& flags, const Environment& env);

// "30s", "1m30s", "500ms" or a bare number of seconds.
absl::StatusOr<absl::Duration> ParseTimeout(const std::string& text);

}  // namespace nepa::cli

#endif  // NEPA_CLI_OPTIONS_H_
