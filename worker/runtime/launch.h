// From an order to a process: what file the rank reads, what environment it gets, where its log
// goes. Looks at nothing but its arguments.
#ifndef NEPA_WORKER_RUNTIME_LAUNCH_H_
#define NEPA_WORKER_RUNTIME_LAUNCH_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/frames/trainer_job.h"
#include "worker/agent/effects.h"

namespace nepa::worker {

// What is the same for every rank of a worker.
struct LaunchSettings {
  std::string storage;  // absolute
  std::string device;   // "cpu" or "cuda"
  int64_t slots = 1;
  int64_t processors = 1;
  std::map<std::string, std::string> trainer_environment;
  std::optional<std::vector<std::string>> allowed_paths;  // as Settings
  std::vector<std::string> own_environment;               // NAME=VALUE, of the worker
};

struct Launch {
  std::string job_name;
  frames::TrainerJob job;
  std::string log_folder;  // absolute; made before the start
  std::string log_path;
  std::vector<std::string> environment;
};

// `store_port`: where rank 0's store listens on this machine; used by gangs of more than one rank.
// INVALID_ARGUMENT if the job cannot run here: its file does not decode, or asks for another
// device.
absl::StatusOr<Launch> PlanLaunch(const agent::Spawn& spawn, const LaunchSettings& settings,
                                  int64_t store_port);

// Of the worker's own environment trainers get what finding programs, libraries and places needs;
// on top come the worker's --trainer-env and then the job's `env`. Where none of them says how
// threads wait, they spin shortly (common/base/spinning.h).
std::vector<std::string> TrainerEnvironment(const std::vector<std::string>& own,
                                            const std::map<std::string, std::string>& worker,
                                            const std::map<std::string, std::string>& job);

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_LAUNCH_H_
