#include "coordinator/metrics/metrics.h"

#include <algorithm>

#include "common/metrics/buckets.h"
#include "coordinator/state/words.h"

namespace nepa::coordinator {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

std::string Word(absl::string_view word) { return std::string(word); }

}  // namespace

Metrics::Metrics()
    : registry_(std::make_shared<prometheus::Registry>()),
      jobs_(BuildGauge().Name("nepa_jobs").Help("Jobs by phase.").Register(*registry_)),
      workers_(BuildGauge().Name("nepa_workers").Help("Workers by state.").Register(*registry_)),
      slots_(BuildGauge()
                 .Name("nepa_slots")
                 .Help("Slots of the ready workers: free, or used by a rank.")
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
  std::map<state::Phase, int64_t> jobs;
  for (const auto& [id, job] : state.jobs) ++jobs[job.phase];
  for (const state::Phase phase : state::kPhases) {
    jobs_.Add({{"phase", Word(state::Name(phase))}}).Set(static_cast<double>(jobs[phase]));
  }
  std::map<state::WorkerState, int64_t> workers;
  int64_t total = 0;
  for (const auto& [id, worker] : state.workers) {
    ++workers[worker.state];
    const auto found = live.workers.find(id);
    const bool here = found != live.workers.end() && found->second.connected;
    if (worker.state == state::WorkerState::kReady && here) total += worker.slots;
  }
  for (const state::WorkerState each : state::kWorkerStates) {
    workers_.Add({{"state", Word(state::Name(each))}}).Set(static_cast<double>(workers[each]));
  }
  int64_t used = 0;
  for (const state::AttemptId& id : state.live_attempts) {
    for (const state::Rank& rank : state.attempts.at(id).gang) used += !rank.exit.has_value();
  }
  slots_.Add({{"state", "used"}}).Set(static_cast<double>(used));
  slots_.Add({{"state", "free"}}).Set(static_cast<double>(std::max<int64_t>(0, total - used)));
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
    if (it->second + kSeriesStayAfterEnd > now) {
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
  for (const auto& [job, ended] : ended_) next = std::min(next, ended + kSeriesStayAfterEnd);
  return next;
}

}  // namespace nepa::coordinator
