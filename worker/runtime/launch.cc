#include "worker/runtime/launch.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/spinning.h"
#include "common/base/status.h"
#include "common/config/job_spec_json.h"

namespace nepa::worker {
namespace {

const std::set<std::string>& Inherited() {
  static const std::set<std::string>* const names =
      new std::set<std::string>{"PATH",
                                "HOME",
                                "USER",
                                "LANG",
                                "LC_ALL",
                                "LC_CTYPE",
                                "TZ",
                                "TMPDIR",
                                "TMP",
                                "TEMP",
                                "LD_LIBRARY_PATH",
                                "LD_PRELOAD",
                                "ASAN_OPTIONS",
                                "UBSAN_OPTIONS",
                                "TSAN_OPTIONS",
                                "CUDA_VISIBLE_DEVICES",
                                "NVIDIA_VISIBLE_DEVICES",
                                "NVIDIA_DRIVER_CAPABILITIES"};
  return *names;
}

// "jobs/j1" below the storage; an absolute path stays.
std::string Below(const std::string& storage, const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  return absl::StrCat(storage, "/", path);
}

absl::StatusOr<std::string> DeviceOf(config::Device wanted, const LaunchSettings& settings,
                                     int64_t slot) {
  if (wanted == config::Device::kCuda && settings.device != "cuda") {
    return absl::InvalidArgumentError(
        "the job asks for resources.device: cuda, and this worker has only its CPU");
  }
  if (wanted == config::Device::kCpu || settings.device == "cpu") return "cpu";
  return absl::StrCat("cuda:", slot);
}

}  // namespace

absl::StatusOr<Launch> PlanLaunch(const agent::Spawn& spawn, const LaunchSettings& settings,
                                  int64_t store_port) {
  const exchange::GangOrder& order = spawn.order;
  absl::StatusOr<config::JobFile> file = config::AcceptedJobFromJson(order.job_file_json);
  if (!file.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the job's configuration cannot be read by this worker's version (run one version of nepa "
        "everywhere): ",
        file.status().message()));
  }
  const config::Resources& resources = file->spec.resources;
  Launch launch;
  launch.job_name = file->spec.name;
  frames::TrainerJob& job = launch.job;
  job.job_id = spawn.id.attempt.job_id;
  job.attempt = spawn.id.attempt.attempt;
  job.rank = spawn.id.rank;
  job.world_size = order.world_size;
  job.threads = resources.threads_per_rank > 0
                    ? resources.threads_per_rank
                    : std::max<int64_t>(1, settings.processors / settings.slots);
  NEPA_ASSIGN_OR_RETURN(job.device, DeviceOf(resources.device, settings, spawn.slot));
  job.folder = Below(settings.storage, order.folder);
  job.resume_from = Below(settings.storage, order.resume_from);
  job.model_from = Below(settings.storage, order.model_from);
  job.registered_checkpoints = order.registered_checkpoints;
  job.allowed_paths = settings.allowed_paths;
  if (job.allowed_paths.has_value()) job.allowed_paths->push_back(settings.storage);
  if (order.world_size > 1) {
    job.store_host = "127.0.0.1";
    job.store_port = store_port;
  }
  job.job_file_json = order.job_file_json;
  launch.log_folder = absl::StrCat(job.folder, "/logs/attempt-", job.attempt);
  launch.log_path = absl::StrCat(launch.log_folder, "/rank-", job.rank, ".log");
  launch.environment =
      TrainerEnvironment(settings.own_environment, settings.trainer_environment, file->spec.env);
  return launch;
}

std::vector<std::string> TrainerEnvironment(const std::vector<std::string>& own,
                                            const std::map<std::string, std::string>& worker,
                                            const std::map<std::string, std::string>& job) {
  std::map<std::string, std::string> all;
  for (const std::string& pair : own) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos) continue;
    const std::string name = pair.substr(0, equals);
    if (Inherited().contains(name)) all[name] = pair.substr(equals + 1);
  }
  for (const auto& [name, value] : worker) all[name] = value;
  for (const auto& [name, value] : job) all[name] = value;
  if (!all.contains(kWaitPolicy)) all.emplace(kSpinVariable, kSpins);
  std::vector<std::string> environment;
  for (const auto& [name, value] : all) environment.push_back(absl::StrCat(name, "=", value));
  return environment;
}

}  // namespace nepa::worker
