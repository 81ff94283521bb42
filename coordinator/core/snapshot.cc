#include "coordinator/core/snapshot.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/checkpoints.h"
#include "coordinator/core/find.h"
#include "coordinator/core/model_source.h"
#include "coordinator/state/words.h"

namespace nepa::core {
namespace {

using state::Job;

std::string DeviceWord(config::Device device) {
  switch (device) {
    case config::Device::kCpu:
      return "cpu";
    case config::Device::kCuda:
      return "cuda";
    case config::Device::kAuto:
      break;
  }
  return "";
}

// Why a worker is given no ranks; "" where it is: ready, and heard of on a stream that is open.
std::string WhyAbsent(const state::Worker& worker, const state::Live& live) {
  if (worker.state == state::WorkerState::kLost) return "is lost";
  if (worker.state == state::WorkerState::kDraining) return "is being shut down";
  if (!worker.drained.empty()) return "is drained";
  const auto found = live.workers.find(worker.id);
  return found == live.workers.end() || !found->second.connected ? "is not connected" : "";
}

void AddWorkers(const state::ClusterState& state, const state::Live& live,
                scheduler::Snapshot& snapshot) {
  for (const auto& [id, worker] : state.workers) {
    const std::string why = WhyAbsent(worker, live);
    const int64_t free = std::max<int64_t>(0, worker.slots - UsedSlots(state, worker));
    (why.empty() ? snapshot.workers : snapshot.absent)
        .push_back({id, worker.name, worker.device, worker.slots, why.empty() ? free : 0, why});
  }
}

scheduler::Candidate MakeCandidate(const Job& job, const ModelFrom& model, const Settings& settings,
                                   absl::Time now) {
  const config::Resources& resources = job.source->file.spec.resources;
  scheduler::Candidate candidate{job.id,
                                 job.name,
                                 job.priority,
                                 resources.min_ranks,
                                 resources.max_ranks,
                                 DeviceWord(resources.device)};
  if (model.answer == ModelFrom::Answer::kWait) {
    candidate.blocked = model.reason;
  } else if (job.not_before > now && job.not_before <= now + settings.backoff_most) {
    // A longer pause than any that is given was written before the clock was set back.
    candidate.blocked = absl::StrCat(
        "pauses until ", absl::FormatTime("%H:%M:%S UTC", job.not_before, absl::UTCTimeZone()),
        " before attempt ", job.attempt + 1);
    candidate.keeps_slots = true;
  }
  return candidate;
}

}  // namespace

Waiting WhoWaits(const state::ClusterState& state, const state::Live& live,
                 const Settings& settings, absl::Time now) {
  Waiting waiting;
  AddWorkers(state, live, waiting.snapshot);
  waiting.snapshot.candidates.reserve(state.waiting.size());
  for (const std::string& id : state.waiting) {
    const Job& job = state.jobs.at(id);
    const ModelFrom model = ResolveModel(state, job);
    if (model.answer == ModelFrom::Answer::kNever) {
      waiting.hopeless.push_back({id, {frames::ExitKind::kInvalidJob, -1, model.reason}});
    } else if (HasOnlyDamagedCheckpoints(state, id)) {
      waiting.hopeless.push_back(
          {id, {frames::ExitKind::kDamagedCheckpoint, -1, OnlyDamagedCheckpoints(state, id)}});
    } else {
      waiting.snapshot.candidates.push_back(MakeCandidate(job, model, settings, now));
    }
  }
  return waiting;
}

}  // namespace nepa::core
