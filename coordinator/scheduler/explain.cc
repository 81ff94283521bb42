#include "coordinator/scheduler/explain.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "coordinator/scheduler/candidate.h"
#include "coordinator/scheduler/gang.h"

namespace nepa::scheduler {
namespace {

// Ids of the workers that could hold the candidate, were they free.
std::vector<std::string> HostIds(const std::vector<Worker>& workers, const Candidate& candidate) {
  std::vector<std::string> ids;
  for (const std::string& device : DevicesOf(candidate)) {
    for (const size_t host : Hosts(workers, device, candidate.min_ranks)) {
      ids.push_back(workers[host].id);
    }
  }
  return ids;
}

bool Shares(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& each) {
    return std::find(b.begin(), b.end(), each) != b.end();
  });
}

// The candidates before `job` that wait, and keep slots that it could use.
std::vector<std::string> Ahead(const Snapshot& snapshot, const std::string& job,
                               const std::vector<std::string>& hosts) {
  std::set<std::string> placed;
  for (const Placement& placement : MakePlan(snapshot).placements) placed.insert(placement.job);
  std::vector<std::string> ahead;
  for (const size_t i : Order(snapshot.candidates)) {
    const Candidate& other = snapshot.candidates[i];
    if (other.id == job) break;
    const bool keeps = !other.blocked.has_value() || other.keeps_slots;
    if (keeps && !placed.contains(other.id) && Shares(HostIds(snapshot.workers, other), hosts)) {
      ahead.push_back(other.id);
    }
  }
  return ahead;
}

}  // namespace

Explanation Explain(const Snapshot& snapshot, const std::string& job) {
  Explanation explanation;
  for (const Candidate& candidate : snapshot.candidates) {
    if (candidate.id != job) continue;
    explanation.needs = NeedsText(candidate, DevicesText(candidate));
    explanation.hosts = HostIds(snapshot.workers, candidate);
    explanation.absent_hosts = HostIds(snapshot.absent, candidate);
    explanation.most = MostOffered(snapshot, candidate);
    explanation.ahead = Ahead(snapshot, job, explanation.hosts);
  }
  return explanation;
}

}  // namespace nepa::scheduler
