#include "coordinator/metrics/metrics.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "common/metrics/buckets.h"
#include "coordinator/state/words.h"

namespace nepa::coordinator {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

std::string Word(absl::string_view word) { return std::string(word); }

}  // namespace

Metrics::Metrics(absl::Duration series_stay)
    : series_stay_(series_stay),
      registry_(std::make_shared<prometheus::Registry>()),
      jobs_(BuildGauge().Name("nepa_jobs").Help("Jobs by phase.").Register(*registry_)),
      workers_(BuildGauge().Name("nepa_workers").Help("Workers by state.").Register(*registry_)),
      slots_(BuildGauge()
                 .Name("nepa_slots")
                 .Help("Slots: used by a rank, or free on a worker that takes ranks.")
                 .Register(*registry_)),
      queue_(BuildGauge()
                 .Name("nepa_coordinator_queue_length")
                 .Help("Requests and reports that wait for the loop.")
                 .Register(*registry_)
                 .Add({})),
      queue_wait_(BuildHistogram()
                      .Name("nepa_queue_wait_seconds")
                      .Help("From the time a job could be placed to its placement.")
                      .Register(*registry_)
                      .Add({}, metrics::LongSeconds())),
      schedule_(BuildHistogram()
                    .Name("nepa_schedule_seconds")
                    .Help("Making and applying one plan.")
                    .Register(*registry_)
                    .Add({}, metrics::ShortSeconds())),
      commit_(BuildHistogram()
                  .Name("nepa_commit_seconds")
                  .Help("Making one batch of changes durable.")
                  .Register(*registry_)
                  .Add({}, metrics::ShortSeconds())),
      commit_failures_(BuildCounter()
                           .Name("nepa_commit_failures_total")
                           .Help("Batches of changes that could not be made durable.")
                           .Register(*registry_)
                           .Add({})),
      restarts_(BuildCounter()
                    .Name("nepa_job_restarts_total")
                    .Help("Attempts that a fault of the machine ended and another followed.")
                    .Register(*registry_)),
      rpcs_(BuildCounter()
                .Name("nepa_rpcs_total")
                .Help("Answered calls by method and status code.")
                .Register(*registry_)) {}

void Metrics::ShowCluster(const state::ClusterState& state, const state::Live& live) {
  for (const state::Phase phase : state::kPhases) {
    const auto count = state.phase_counts.find(phase);
    jobs_.Add({{"phase", Word(state::Name(phase))}})
        .Set(count == state.phase_counts.end() ? 0 : static_cast<double>(count->second));
  }
  std::map<state::WorkerState, int64_t> workers;
  for (const auto& [id, worker] : state.workers) ++workers[state::ShownState(worker)];
  for (const state::WorkerState each : state::kWorkerStates) {
    workers_.Add({{"state", Word(state::Name(each))}}).Set(static_cast<double>(workers[each]));
  }
  ShowSlots(state, live);
}

// Worker by worker: what one that takes no ranks now still runs takes nothing from the others.
void Metrics::ShowSlots(const state::ClusterState& state, const state::Live& live) {
  std::map<std::pair<std::string, int64_t>, int64_t> ranks;  // by worker and incarnation
  for (const state::AttemptId& id : state.live_attempts) {
    for (const state::Rank& rank : state.attempts.at(id).gang) {
      ranks[{rank.worker, rank.incarnation}] += !rank.exit.has_value();
    }
  }
  int64_t all_used = 0, all_free = 0;
  for (const auto& [id, worker] : state.workers) {
    const auto found = ranks.find({id, worker.incarnation});
    const int64_t used = found == ranks.end() ? 0 : found->second;
    const auto heard = live.workers.find(id);
    const bool here = heard != live.workers.end() && heard->second.connected;
    all_used += used;
    if (state::ShownState(worker) == state::WorkerState::kReady && here) {
      all_free += std::max<int64_t>(0, worker.slots - used);
    }
  }
  slots_.Add({{"state", "used"}}).Set(static_cast<double>(all_used));
  slots_.Add({{"state", "free"}}).Set(static_cast<double>(all_free));
}

void Metrics::ObserveQueueWait(absl::Duration waited) {
  queue_wait_.Observe(absl::ToDoubleSeconds(waited));
}
void Metrics::ObserveSchedule(absl::Duration took) {
  schedule_.Observe(absl::ToDoubleSeconds(took));
}
void Metrics::ObserveCommit(absl::Duration took, bool ok) {
  commit_.Observe(absl::ToDoubleSeconds(took));
  if (!ok) commit_failures_.Increment();
}
void Metrics::CountRpc(const std::string& method, const std::string& code) {
  rpcs_.Add({{"method", method}, {"code", code}}).Increment();
}
void Metrics::ShowQueue(size_t waiting) { queue_.Set(static_cast<double>(waiting)); }

void Metrics::CountRestart(const state::Job& job, frames::ExitKind why) {
  prometheus::Counter& counter = restarts_.Add(
      {{"job_id", job.id}, {"job_name", job.name}, {"reason", std::string(frames::Name(why))}});
  counter.Increment();
  MutexLock lock(mutex_);
  std::vector<prometheus::Counter*>& known = of_job_[job.id];
  if (std::find(known.begin(), known.end(), &counter) == known.end()) known.push_back(&counter);
}

void Metrics::JobEnded(const std::string& job_id, absl::Time now) {
  MutexLock lock(mutex_);
  if (of_job_.contains(job_id)) ended_.try_emplace(job_id, now);
}

void Metrics::Expire(absl::Time now) {
  MutexLock lock(mutex_);
  for (auto it = ended_.begin(); it != ended_.end();) {
    if (it->second + series_stay_ > now) {
      ++it;
      continue;
    }
    for (prometheus::Counter* counter : of_job_[it->first]) restarts_.Remove(counter);
    of_job_.erase(it->first);
    it = ended_.erase(it);
  }
}

absl::Time Metrics::NextExpiry() {
  MutexLock lock(mutex_);
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [job, ended] : ended_) next = std::min(next, ended + series_stay_);
  return next;
}

}  // namespace nepa::coordinator
