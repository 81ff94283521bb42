#include "coordinator/scheduler/plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "coordinator/scheduler/candidate.h"
#include "coordinator/scheduler/gang.h"

namespace nepa::scheduler {
namespace {

class Planner {
 public:
  explicit Planner(const Snapshot& snapshot) : snapshot_(snapshot), workers_(snapshot.workers) {}

  void Consider(const Candidate& candidate) {
    if (candidate.blocked.has_value()) {
      plan_.waits.push_back({candidate.id, *candidate.blocked});
      if (candidate.keeps_slots) Keep(candidate);
      return;
    }
    // Where one of the same needs waits and everything that could serve it is kept, so does this.
    const Needed needs{candidate.device, candidate.min_ranks};
    if (const auto told = told_.find(needs); told != told_.end()) {
      plan_.waits.push_back({candidate.id, told->second});
      return;
    }
    for (const std::string& device : DevicesOf(candidate)) {
      if (Place(candidate, device)) {
        told_.clear();  // reasons count free slots
        return;
      }
    }
    std::string reason = WhyNot(candidate);
    // The first to keep something waits for slots, those behind it wait for its turn.
    if (!Keep(candidate)) told_[needs] = reason;
    plan_.waits.push_back({candidate.id, std::move(reason)});
  }

  Plan Take() { return std::move(plan_); }

 private:
  // What decides whether a candidate can be placed now: device and least ranks.
  using Needed = std::pair<std::string, int64_t>;

  bool Place(const Candidate& candidate, const std::string& device) {
    std::vector<size_t> hosts = Hosts(workers_, device, candidate.min_ranks);
    std::erase_if(hosts, [&](size_t host) { return kept_.contains(host); });
    const int64_t most = MostRanks(workers_, hosts);
    if (most < candidate.min_ranks) return false;
    const int64_t ranks = std::min(most, candidate.max_ranks);
    Placement placement{candidate.id, {}, ""};
    std::vector<std::string> names;
    for (const size_t i : TakeSlots(workers_, hosts, ranks)) {
      placement.workers.push_back(workers_[i].id);
      if (names.empty() || names.back() != workers_[i].name) names.push_back(workers_[i].name);
    }
    placement.reason = absl::StrCat(SlotsText(ranks, device), " on ", absl::StrJoin(names, ", "));
    plan_.placements.push_back(std::move(placement));
    return true;
  }

  // False: others keep all that it could use.
  bool Keep(const Candidate& candidate) {
    bool kept = false;
    for (const std::string& device : DevicesOf(candidate)) {
      for (const size_t host : Hosts(workers_, device, candidate.min_ranks)) {
        kept |= kept_.try_emplace(host, &candidate).second;
      }
    }
    return kept;
  }

  std::string WhyNot(const Candidate& candidate) const {
    const std::vector<std::string> devices = DevicesOf(candidate);
    bool could = false;
    for (const std::string& device : devices) {
      for (const size_t host : Hosts(workers_, device, candidate.min_ranks)) {
        could = true;
        const auto kept = kept_.find(host);
        if (kept != kept_.end()) return Behind(*kept->second, device);
      }
    }
    if (!could) return WhyNever(candidate);
    std::vector<std::string> parts;
    for (const std::string& device : devices) {
      const int64_t total = TotalSlots(workers_, device);
      if (total == 0 && devices.size() > 1) continue;
      const std::vector<size_t> hosts = Hosts(workers_, device, 1);
      parts.push_back(absl::StrCat(
          FreeSlots(workers_, device), " of ", SlotsText(total, device),
          total == 1 ? " is free" : " are free",
          hosts.size() > 1 && candidate.min_ranks > 1
              ? absl::StrCat(", at most ", MostRanks(workers_, hosts), " on one worker")
              : ""));
    }
    return absl::StrCat("needs ", NeedsText(candidate, DevicesText(candidate)), "; ",
                        absl::StrJoin(parts, ", "));
  }

  // No ready worker could hold it: one that is away could, or none that there is.
  std::string WhyNever(const Candidate& candidate) const {
    const std::string needs = NeedsText(candidate, DevicesText(candidate));
    for (const std::string& device : DevicesOf(candidate)) {
      for (const size_t host : Hosts(snapshot_.absent, device, candidate.min_ranks)) {
        const Worker& worker = snapshot_.absent[host];
        return absl::StrCat("needs ", needs, ", which worker ", worker.name, " has, but it ",
                            worker.why);
      }
    }
    if (workers_.empty() && snapshot_.absent.empty()) return "no worker is ready";
    const std::string most = MostOffered(snapshot_, candidate);
    return absl::StrCat("needs more than any worker has: ", needs, "; ",
                        most.empty() ? absl::StrCat("none has a ", DevicesText(candidate), " slot")
                                     : absl::StrCat("the most is ", most));
  }

  std::string Behind(const Candidate& first, const std::string& device) const {
    return absl::StrCat("waits behind ", first.id, " (", first.name, ", priority ", first.priority,
                        "), which needs ", NeedsText(first, device), "; ",
                        FreeSlots(workers_, device), " of ", TotalSlots(workers_, device),
                        " are free");
  }

  const Snapshot& snapshot_;
  std::vector<Worker> workers_;              // with the slots that are still free
  std::map<size_t, const Candidate*> kept_;  // index of a worker → who keeps its slots
  std::map<Needed, std::string> told_;       // who needs that waits, and why
  Plan plan_;
};

}  // namespace

Plan MakePlan(const Snapshot& snapshot) {
  Planner planner(snapshot);
  for (const size_t i : Order(snapshot.candidates)) planner.Consider(snapshot.candidates[i]);
  return planner.Take();
}

std::string MostOffered(const Snapshot& snapshot, const Candidate& candidate) {
  const Worker* most = nullptr;
  const std::vector<std::string> devices = DevicesOf(candidate);
  for (const std::vector<Worker>* workers : {&snapshot.workers, &snapshot.absent}) {
    for (const Worker& worker : *workers) {
      const bool fits = std::find(devices.begin(), devices.end(), worker.device) != devices.end();
      if (fits && (most == nullptr || worker.total > most->total)) most = &worker;
    }
  }
  if (most == nullptr) return "";
  return absl::StrCat(SlotsText(most->total, most->device), " on ", most->name);
}

}  // namespace nepa::scheduler
