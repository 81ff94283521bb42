#include "coordinator/runtime/options.h"

#include <fcntl.h>

#include <iostream>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/config/http_url.h"
#include "common/flags/flags.h"
#include "common/flags/values.h"

namespace nepa::coordinator {
namespace {

constexpr int kWrongUsage = 2;

// Closed by default: beyond this machine only with TLS and tokens, or when --insecure is said.
absl::Status CheckDoors(const Options& options, bool insecure) {
  if (flags::IsLoopback(options.listen)) return absl::OkStatus();
  const credentials::ServerFiles& doors = options.doors;
  if (!doors.tokens.empty() && !doors.tls()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--listen ", flags::ToString(options.listen),
                     " with --tokens and without TLS: tokens would travel in plain text; give "
                     "--tls-certificate and --tls-key"));
  }
  if (insecure || (doors.tls() && !doors.tokens.empty())) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--listen ", flags::ToString(options.listen),
                   " can be reached from other machines, by anybody: give --tls-certificate, "
                   "--tls-key and --tokens, listen on 127.0.0.1, or say --insecure if the network "
                   "is trusted"));
}

absl::Status CheckNotify(const Options& options) {
  if (options.notify_url.empty()) return absl::OkStatus();
  const absl::StatusOr<config::HttpUrl> url = config::ParseHttpUrl(options.notify_url);
  if (url.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--notify: the address ", url.status().message()));
}

// A job makes the coordinator call whom it names, from inside its network. Whoever can send one
// from another machine may name nobody until said.
absl::StatusOr<std::optional<std::vector<std::string>>> NotifyHosts(
    const std::vector<std::string>& said, const flags::HostPort& listen) {
  if (said.empty() && flags::IsLoopback(listen)) return std::nullopt;
  std::vector<std::string> hosts;
  for (const std::string& host : said) {
    const absl::StatusOr<std::string> name = config::ParseHost(host);
    if (!name.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--allow-notify ", host,
                                                     ": give a host's name or address as it stands "
                                                     "in web addresses, without port or path"));
    }
    hosts.push_back(*name);
  }
  return hosts;
}

absl::StatusOr<Options> Check(const std::string& state, const std::string& storage,
                              const std::string& listen, const std::string& http, bool insecure,
                              const std::vector<std::string>& notify_hosts, Options options) {
  if (state.empty()) {
    return absl::InvalidArgumentError(
        "--state: name the folder of the database, such as --state state");
  }
  NEPA_ASSIGN_OR_RETURN(options.state, flags::AbsolutePath("--state", state));
  options.storage = absl::StrCat(options.state, "/storage");
  if (!storage.empty()) {
    NEPA_ASSIGN_OR_RETURN(options.storage, flags::AbsolutePath("--storage", storage));
  }
  NEPA_ASSIGN_OR_RETURN(options.listen, flags::Address("--listen", listen));
  NEPA_ASSIGN_OR_RETURN(options.http, flags::Address("--http", http));
  NEPA_RETURN_IF_ERROR(CheckDoors(options, insecure));
  NEPA_RETURN_IF_ERROR(flags::CheckListen("--http", options.http, insecure));
  NEPA_RETURN_IF_ERROR(CheckNotify(options));
  NEPA_ASSIGN_OR_RETURN(options.notify_hosts, NotifyHosts(notify_hosts, options.listen));
  if (options.lease < 4 * options.report_interval) {
    return absl::InvalidArgumentError(
        absl::StrCat("--lease ", absl::FormatDuration(options.lease),
                     " is less than four times --report-interval ",
                     absl::FormatDuration(options.report_interval),
                     ": a worker would be given up for a report or two that come late"));
  }
  if (options.lifeline != -1 && ::fcntl(options.lifeline, F_GETFD) < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--lifeline ", options.lifeline, ": no such descriptor is open"));
  }
  return options;
}

}  // namespace

OptionsResult ReadOptions(int argc, const char* const* argv) {
  Options options;
  std::string state = "state", storage;
  std::string listen = flags::ToString(options.listen), http = flags::ToString(options.http);
  std::vector<std::string> notify_hosts;
  bool insecure = false;
  CLI::App app("The scheduler and the registry of nepa.", "nepa-coordinator");
  app.add_option("--state", state, "folder of the database, one coordinator each")
      ->capture_default_str();
  app.add_option("--storage", storage,
                 "folder that all workers see, where each job has its folder (default: "
                 "STATE/storage)");
  app.add_option("--listen", listen, "HOST:PORT for gRPC; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--http", http, "HOST:PORT for /metrics, /healthz and /readyz")
      ->capture_default_str();
  app.add_option("--tls-certificate", options.doors.certificate,
                 "PEM file of the certificate for gRPC; it and --tls-key turn TLS on")
      ->type_name("FILE");
  app.add_option("--tls-key", options.doors.key, "PEM file of its private key")->type_name("FILE");
  app.add_option("--tls-client-ca", options.doors.client_ca,
                 "PEM file: clients must show a certificate signed by one of these")
      ->type_name("FILE");
  app.add_option("--tokens", options.doors.tokens,
                 "file of the tokens that are let in: lines ROLE NAME TOKEN (docs/security.md)")
      ->type_name("FILE");
  app.add_flag("--insecure", insecure,
               "allow --listen and --http to be reached from other machines unprotected");
  flags::AddDuration(app, "--lease", options.lease,
                     "a worker silent for longer is given up, and its jobs start again elsewhere");
  flags::AddDuration(app, "--report-interval", options.report_interval,
                     "workers report at least this often");
  flags::AddDuration(app, "--series-stay", options.series_stay,
                     "how long /metrics shows a job after its end, whoever scrapes");
  app.add_option("--notify", options.notify_url,
                 "address that gets a POST with each job that has ended, where its file names none "
                 "(docs/notify.md)")
      ->type_name("URL");
  app.add_option("--allow-notify", notify_hosts,
                 "host that notify.url of a job file may name; may be repeated (default: any where "
                 "--listen is of this machine alone, else none)")
      ->delimiter(' ')
      ->allow_extra_args(false)
      ->type_name("HOST");
  app.add_option("--notify-ca", options.notify_ca,
                 "PEM file: who signs the certificates of https receivers (default: those that the "
                 "system trusts)")
      ->type_name("FILE");
  flags::AddDuration(app, "--notify-patience", options.notify_patience,
                     "how long after a job's end its receiver is tried again");
  app.add_option("--lifeline", options.lifeline,
                 "descriptor of a pipe: end when nobody holds its other end any more (nepactl run)")
      ->type_name("FD");
  if (const std::optional<int> code = flags::ReadOrExplain(app, argc, argv)) return {{}, *code};
  absl::StatusOr<Options> checked =
      Check(state, storage, listen, http, insecure, notify_hosts, options);
  if (checked.ok()) return {*std::move(checked), 0};
  std::cerr << "nepa-coordinator: " << checked.status().message()
            << "\nRun with --help for the flags.\n";
  return {{}, kWrongUsage};
}

}  // namespace nepa::coordinator
