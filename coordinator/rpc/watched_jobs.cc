#include "coordinator/rpc/watched_jobs.h"

#include <algorithm>
#include <map>
#include <vector>

#include "coordinator/rpc/messages.h"
#include "coordinator/state/words.h"

namespace nepa::coordinator {
namespace {

int Rank(state::Phase phase) {
  switch (phase) {
    case state::Phase::kStarting:
    case state::Phase::kRunning:
    case state::Phase::kRestarting:
      return 0;
    case state::Phase::kQueued:
      return 1;
    case state::Phase::kPaused:
      return 2;
    default:
      return 3;
  }
}

// In the order of their submission.
std::vector<const state::Job*> Choose(const state::ClusterState& state, size_t limit) {
  std::vector<const state::Job*> kinds[4];
  for (const auto& [id, job] : state.jobs) kinds[Rank(job.phase)].push_back(&job);
  std::stable_sort(kinds[3].begin(), kinds[3].end(), [](const state::Job* a, const state::Job* b) {
    return a->ended_at > b->ended_at;
  });
  std::vector<const state::Job*> chosen;
  for (const auto& kind : kinds) {
    for (const state::Job* job : kind) {
      if (chosen.size() < limit) chosen.push_back(job);
    }
  }
  std::sort(chosen.begin(), chosen.end(), [](const state::Job* a, const state::Job* b) {
    return state::IdOrder()(a->id, b->id);
  });
  return chosen;
}

}  // namespace

v1::WatchJobsResponse WatchedJobs(const View& view, int64_t limit) {
  v1::WatchJobsResponse response;
  const size_t most = limit <= 0 ? view.state.jobs.size() : static_cast<size_t>(limit);
  for (const state::Job* job : Choose(view.state, most)) {
    *response.add_jobs() = ToMessage(view, *job, JobFileToo::kNo);
  }
  response.set_total_jobs(static_cast<int64_t>(view.state.jobs.size()));
  std::map<state::Phase, int64_t> counts;
  for (const auto& [id, job] : view.state.jobs) ++counts[job.phase];
  for (const state::Phase phase : state::kPhases) {
    v1::PhaseCount& count = *response.add_phases();
    count.set_phase(ToMessage(phase));
    count.set_jobs(counts[phase]);
  }
  for (const auto& [id, worker] : view.state.workers) {
    *response.add_workers() = ToMessage(view, worker);
  }
  return response;
}

}  // namespace nepa::coordinator
