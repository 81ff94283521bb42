// How the daemon carries out what its agent wants done.
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/base/version.h"
#include "worker/runtime/daemon.h"
#include "worker/runtime/free_port.h"
#include "worker/runtime/launch.h"
#include "worker/runtime/surroundings.h"

namespace nepa::worker {

void Daemon::Carry(const agent::Spawn& spawn) {
  const absl::StatusOr<pid_t> pid = StartRank(spawn);
  const absl::Time now = clock_();
  if (pid.ok()) {
    LogInfo("rank started", {{"job", spawn.id.attempt.job_id},
                             {"attempt", spawn.id.attempt.attempt},
                             {"rank", spawn.id.rank},
                             {"pid", *pid}});
    Do(agent_.Spawned(spawn.id, *pid, now));
    return;
  }
  LogWarning("rank not started", {{"job", spawn.id.attempt.job_id},
                                  {"attempt", spawn.id.attempt.attempt},
                                  {"rank", spawn.id.rank},
                                  {"why", pid.status().message()}});
  Do(agent_.SpawnFailed(spawn.id, pid.status(), now));
}

absl::StatusOr<pid_t> Daemon::StartRank(const agent::Spawn& spawn) {
  if (storage_.empty()) {
    return absl::FailedPreconditionError(
        "the coordinator did not say where its storage is; start the worker with --storage");
  }
  NEPA_ASSIGN_OR_RETURN(const int64_t store_port, StorePort(spawn.order));
  LaunchSettings settings;
  settings.storage = storage_;
  settings.device = settings_.device;
  settings.slots = settings_.slots;
  settings.processors = CountProcessors();
  settings.trainer_environment = settings_.trainer_environment;
  settings.allowed_paths = settings_.allowed_paths;
  settings.own_environment = OwnEnvironment();
  NEPA_ASSIGN_OR_RETURN(const Launch launch, PlanLaunch(spawn, settings, store_port));
  NEPA_ASSIGN_OR_RETURN(const pid_t pid, ranks_.Start(spawn.id, launch, storage_));
  if (spawn.id.rank == 0) metrics_.Began(spawn.id.attempt, launch.job_name);
  return pid;
}

// Every rank of a gang is told the same port.
absl::StatusOr<int64_t> Daemon::StorePort(const exchange::GangOrder& order) {
  if (order.world_size == 1) return 0;
  std::erase_if(store_ports_, [&](const auto& entry) {
    return entry.first.job_id == order.attempt.job_id && entry.first != order.attempt;
  });
  const auto known = store_ports_.find(order.attempt);
  if (known != store_ports_.end()) return known->second;
  if (static_cast<int64_t>(order.ranks.size()) != order.world_size) {
    // No fault of the job: placed on another worker it runs.
    return absl::FailedPreconditionError(
        absl::StrCat("this version runs all ranks of a job on one worker, and was ordered ",
                     order.ranks.size(), " of ", order.world_size));
  }
  NEPA_ASSIGN_OR_RETURN(const int64_t port, FreeLoopbackPort());
  store_ports_[order.attempt] = port;
  return port;
}

void Daemon::Carry(const agent::WriteStop& stop) {
  LogInfo("rank asked to stop", {{"job", stop.id.attempt.job_id},
                                 {"attempt", stop.id.attempt.attempt},
                                 {"rank", stop.id.rank},
                                 {"checkpoint", stop.stop.checkpoint}});
  ranks_.WriteStop(stop.id, stop.stop);
}

void Daemon::Carry(const agent::Kill& kill) {
  LogInfo("rank killed", {{"job", kill.id.attempt.job_id},
                          {"attempt", kill.id.attempt.attempt},
                          {"rank", kill.id.rank},
                          {"why", kill.reason}});
  ranks_.Kill(kill.id);
}

void Daemon::Carry(const agent::Register&) {
  exchange::Registration registration;
  registration.name = settings_.name;
  registration.address = settings_.advertise;
  registration.http_address = http_address_;
  registration.slots = settings_.slots;
  registration.device = settings_.device;
  registration.labels = settings_.labels;
  registration.version = kVersion;
  link_->Register(registration);
}

void Daemon::Carry(const agent::OpenExchange&) { link_->Open(); }

void Daemon::Carry(const agent::CloseExchange&) { link_->Close(); }

void Daemon::Carry(const agent::SendReport& report) { link_->Send(report.report); }

void Daemon::Carry(const agent::Finish&) { finished_ = true; }

}  // namespace nepa::worker
