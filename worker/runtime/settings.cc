#include "worker/runtime/settings.h"

#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <system_error>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/status.h"
#include "common/config/names.h"
#include "common/flags/flags.h"
#include "common/flags/values.h"
#include "common/metrics/series.h"
#include "worker/runtime/slot_inventory.h"

namespace nepa::worker {
namespace {

constexpr int kWrongUsage = 2;
constexpr char kTrainer[] = "nepa-trainer";
constexpr int64_t kMaxSlots = 4096;
constexpr size_t kMaxNameBytes = 253;  // of a host name
constexpr char kNameCharacters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

// The flags as they are written.
struct Flags {
  std::string state;
  std::string coordinator = "127.0.0.1:7443";
  std::string name;
  std::string slots = "auto";
  std::string device = "auto";
  std::string http = "127.0.0.1:7481";
  std::string storage;
  std::string advertise = "127.0.0.1";
  std::vector<std::string> trainer_env;
  std::string trainer;
  bool no_standby = false;
  std::vector<std::string> labels;
  absl::Duration stop_limit = absl::Minutes(10);
  absl::Duration leave_limit = absl::Seconds(60);
  absl::Duration series_stay = metrics::kSeriesStay;
  std::vector<std::string> allow_paths;
  bool insecure = false;
  credentials::ClientFiles doors;
};

std::string HostName() {
  char name[256] = {};
  return ::gethostname(name, sizeof(name) - 1) == 0 && name[0] != '\0' ? name : "worker";
}

std::string BesideThisProgram(const char* name) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return (self.parent_path() / name).string();
}

void Declare(CLI::App& app, Flags& flags) {
  app.add_option("--state", flags.state, "folder of this worker alone (needed)");
  app.add_option("--coordinator", flags.coordinator, "HOST:PORT of the coordinator")
      ->capture_default_str();
  app.add_option("--name", flags.name, "who this is, across restarts")->capture_default_str();
  app.add_option("--slots", flags.slots, "ranks at once: a number, or auto (1, or one a GPU)")
      ->capture_default_str();
  app.add_option("--device", flags.device, "auto, cpu or cuda")->capture_default_str();
  app.add_option("--http", flags.http, "HOST:PORT for /metrics, /healthz and /readyz")
      ->capture_default_str();
  app.add_option("--storage", flags.storage,
                 "where this machine sees the coordinator's storage (default: the same path)");
  app.add_option("--advertise", flags.advertise, "address at which other machines reach this one")
      ->capture_default_str();
  app.add_option("--trainer-env", flags.trainer_env,
                 "KEY=VALUE for trainers: NCCL_*, TORCH_NCCL_*, GLOO_*, OMP_*; may be repeated")
      ->delimiter(' ')
      ->allow_extra_args(false);
  app.add_option("--trainer", flags.trainer, "the program of a rank")->capture_default_str();
  app.add_flag("--no-standby", flags.no_standby,
               "keep no trainer in waiting for the next rank: saves memory, starts later; with "
               "--trainer there is none anyhow");
  app.add_option("--label", flags.labels, "KEY=VALUE that describes this worker; may be repeated")
      ->delimiter(' ')
      ->allow_extra_args(false);
  app.add_option("--allow-path", flags.allow_paths,
                 "folder that jobs may read, beside the storage; may be repeated (default: "
                 "everything with a coordinator on this machine, else nothing)")
      ->delimiter(' ')
      ->allow_extra_args(false)
      ->type_name("DIR");
  flags::AddDuration(app, "--stop-limit", flags.stop_limit,
                     "a paused rank that has not written its checkpoint by then is killed");
  flags::AddDuration(app, "--leave-limit", flags.leave_limit,
                     "the same when this worker is ending (SIGTERM)");
  flags::AddDuration(app, "--series-stay", flags.series_stay,
                     "how long /metrics shows a job after its end, whoever scrapes");
  app.add_option("--tls-ca", flags.doors.ca,
                 "PEM file: who signs the coordinator's certificate; turns TLS on")
      ->type_name("FILE");
  app.add_option("--tls-certificate", flags.doors.certificate,
                 "PEM file of this worker's own certificate, where the coordinator asks for one")
      ->type_name("FILE");
  app.add_option("--tls-key", flags.doors.key, "PEM file of its private key")->type_name("FILE");
  app.add_option("--token-file", flags.doors.token_file,
                 "file of this worker's token, one of the role worker")
      ->type_name("FILE");
  app.add_flag("--insecure", flags.insecure, "allow --http to be reached from other machines");
}

absl::StatusOr<std::pair<std::string, std::string>> SplitPair(const std::string& flag,
                                                              const std::string& pair) {
  const std::pair<std::string, std::string> split = absl::StrSplit(pair, absl::MaxSplits('=', 1));
  if (split.first.empty() || pair.find('=') == std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(flag, " ", pair, ": give KEY=VALUE"));
  }
  return split;
}

// Whoever can send a job from another machine reads what the worker's user reads, so there nothing
// is allowed until said.
absl::StatusOr<std::optional<std::vector<std::string>>> AllowedPaths(
    const std::vector<std::string>& said, const flags::HostPort& coordinator) {
  if (said.empty() && flags::IsLoopback(coordinator)) return std::nullopt;
  std::vector<std::string> allowed;
  for (const std::string& path : said) {
    NEPA_ASSIGN_OR_RETURN(std::string absolute, flags::AbsolutePath("--allow-path", path));
    allowed.push_back(std::move(absolute));
  }
  return allowed;
}

// It stands in tables, in messages and in paths of people's own.
absl::Status CheckName(const std::string& name) {
  if (!name.empty() && name.size() <= kMaxNameBytes &&
      name.find_first_not_of(kNameCharacters) == std::string::npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("--name '", absl::CEscape(name),
                                                 "': allowed: letters, digits, '.', '_' and ",
                                                 "'-', at most ", kMaxNameBytes));
}

absl::Status CheckAdvertise(const std::string& address) {
  if (!address.empty() && address.find_first_of(" \t\n/[]") == std::string::npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--advertise '", absl::CEscape(address),
                   "': allowed: a host name or an address without a port, such as 10.0.0.7"));
}

absl::StatusOr<Settings> Check(const Flags& flags) {
  if (flags.state.empty()) {
    return absl::InvalidArgumentError("--state: name a folder of this worker alone");
  }
  Settings settings;
  NEPA_ASSIGN_OR_RETURN(settings.state, flags::AbsolutePath("--state", flags.state));
  NEPA_ASSIGN_OR_RETURN(const flags::HostPort coordinator,
                        flags::Address("--coordinator", flags.coordinator));
  settings.coordinator = flags::ToString(coordinator);
  settings.doors = flags.doors;
  NEPA_RETURN_IF_ERROR(credentials::CheckClientFiles(settings.doors, settings.coordinator));
  settings.name = flags.name;
  NEPA_RETURN_IF_ERROR(CheckName(settings.name));
  NEPA_ASSIGN_OR_RETURN(const Slots slots, ChooseSlots(flags.slots, flags.device, CountGpus()));
  settings.slots = slots.count;
  settings.device = slots.device;
  NEPA_ASSIGN_OR_RETURN(settings.http, flags::Address("--http", flags.http));
  NEPA_RETURN_IF_ERROR(flags::CheckListen("--http", settings.http, flags.insecure));
  if (!flags.storage.empty()) {
    NEPA_ASSIGN_OR_RETURN(settings.storage, flags::AbsolutePath("--storage", flags.storage));
  }
  settings.advertise = flags.advertise;
  NEPA_RETURN_IF_ERROR(CheckAdvertise(settings.advertise));
  NEPA_ASSIGN_OR_RETURN(settings.trainer_environment, ParseTrainerEnvironment(flags.trainer_env));
  NEPA_ASSIGN_OR_RETURN(settings.trainer, flags::AbsolutePath("--trainer", flags.trainer));
  settings.standby = !flags.no_standby && settings.trainer == BesideThisProgram(kTrainer);
  for (const std::string& label : flags.labels) {
    NEPA_ASSIGN_OR_RETURN(auto pair, SplitPair("--label", label));
    settings.labels.insert(std::move(pair));
  }
  NEPA_ASSIGN_OR_RETURN(settings.allowed_paths, AllowedPaths(flags.allow_paths, coordinator));
  settings.stop_limit = flags.stop_limit;
  settings.leave_limit = flags.leave_limit;
  settings.series_stay = flags.series_stay;
  return settings;
}

}  // namespace

SettingsResult ReadSettings(int argc, const char* const* argv) {
  Flags flags;
  flags.name = HostName();
  flags.trainer = BesideThisProgram(kTrainer);
  CLI::App app("The agent of one machine: starts, watches and stops trainers.", "nepa-worker");
  Declare(app, flags);
  if (const std::optional<int> code = flags::ReadOrExplain(app, argc, argv)) {
    return {std::nullopt, *code};
  }
  absl::StatusOr<Settings> settings = Check(flags);
  if (settings.ok()) return {*std::move(settings), 0};
  std::cerr << "nepa-worker: " << settings.status().message()
            << "\nRun with --help for the flags.\n";
  return {std::nullopt, kWrongUsage};
}

absl::StatusOr<std::map<std::string, std::string>> ParseTrainerEnvironment(
    const std::vector<std::string>& pairs) {
  std::map<std::string, std::string> environment;
  for (const std::string& text : pairs) {
    NEPA_ASSIGN_OR_RETURN(auto pair, SplitPair("--trainer-env", text));
    if (!config::IsPassedToTrainers(pair.first)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--trainer-env ", text, ": only ", config::kPassedToTrainers,
                       " are passed on, their names in capital letters"));
    }
    environment.insert(std::move(pair));
  }
  return environment;
}

absl::StatusOr<Slots> ChooseSlots(const std::string& slots, const std::string& device,
                                  int64_t gpus) {
  Slots chosen;
  if (device == "auto") {
    chosen.device = gpus > 0 ? "cuda" : "cpu";
  } else if (device == "cpu" || device == "cuda") {
    chosen.device = device;
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("--device ", device, ": must be auto, cpu or cuda"));
  }
  const bool cuda = chosen.device == "cuda";
  if (cuda && gpus == 0) {
    return absl::InvalidArgumentError(
        "--device cuda: there is no GPU here that this build of nepa-trainer can use; say cpu or "
        "auto");
  }
  if (slots == "auto") {
    chosen.count = cuda ? gpus : 1;
    return chosen;
  }
  const int64_t most = cuda ? gpus : kMaxSlots;
  if (!absl::SimpleAtoi(slots, &chosen.count) || chosen.count < 1 || chosen.count > most) {
    return absl::InvalidArgumentError(
        absl::StrCat("--slots ", slots, ": must be auto or a number of 1 to ", most));
  }
  return chosen;
}

}  // namespace nepa::worker
