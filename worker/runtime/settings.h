// What a worker is told by its flags, checked.
#ifndef NEPA_WORKER_RUNTIME_SETTINGS_H_
#define NEPA_WORKER_RUNTIME_SETTINGS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/credentials/client_files.h"
#include "common/flags/address.h"

namespace nepa::worker {

struct Settings {
  std::string state;               // absolute folder
  std::string coordinator;         // host:port
  credentials::ClientFiles doors;  // what the coordinator is shown
  std::string name;
  int64_t slots = 1;
  std::string device = "cpu";  // "cpu" or "cuda"
  flags::HostPort http;
  std::string storage;    // absolute; "": the coordinator's own path
  std::string advertise;  // where other machines reach this one's ranks
  std::map<std::string, std::string> trainer_environment;
  std::string trainer;   // path of nepa-trainer
  bool standby = false;  // one of it waits for the next rank, its libraries loaded
  // Absolute folders in which paths of job files must lie, beside the storage; none: anywhere.
  std::optional<std::vector<std::string>> allowed_paths;
  std::map<std::string, std::string> labels;
  absl::Duration stop_limit;   // as agent::Options
  absl::Duration leave_limit;  // likewise
  absl::Duration series_stay;  // as TrainMetrics
};

// The settings, or the exit code with which to end at once: 0 after --help, 2 for wrong usage
// (explained on stderr). Without --trainer, nepa-trainer is the one beside this program.
struct SettingsResult {
  std::optional<Settings> settings;
  int exit_code = 0;
};
SettingsResult ReadSettings(int argc, const char* const* argv);

// KEY=VALUE pairs for trainers. INVALID_ARGUMENT unless config::IsPassedToTrainers() every KEY.
absl::StatusOr<std::map<std::string, std::string>> ParseTrainerEnvironment(
    const std::vector<std::string>& pairs);

// How many ranks fit here and on what. `slots` is a number or "auto", `device` "auto", "cpu" or
// "cuda"; `gpus` those of the machine that this build can use. auto: GPUs where there are any, one
// slot each; else the CPU, one slot. INVALID_ARGUMENT says what is wrong.
struct Slots {
  int64_t count = 1;
  std::string device;
};
absl::StatusOr<Slots> ChooseSlots(const std::string& slots, const std::string& device,
                                  int64_t gpus);

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_SETTINGS_H_
