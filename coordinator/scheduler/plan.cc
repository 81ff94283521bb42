#include "coordinator/scheduler/plan.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "coordinator/scheduler/gang.h"

namespace nepa::scheduler {
namespace {

constexpr char kCuda[] = "cuda";
constexpr char kCpu[] = "cpu";

std::vector<std::string> DevicesOf(const Candidate& candidate) {
  if (candidate.device.empty()) return {kCuda, kCpu};
  return {candidate.device};
}

std::string Slots(int64_t count, const std::string& device) {
  return absl::StrCat(count, " ", device, count == 1 ? " slot" : " slots");
}

// Indices of the candidates, most urgent first.
std::vector<size_t> Order(const std::vector<Candidate>& candidates) {
  std::vector<size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return candidates[a].priority > candidates[b].priority;
  });
  return order;
}

class Planner {
 public:
  explicit Planner(const std::vector<Worker>& workers) : workers_(workers) {}

  void Consider(const Candidate& candidate) {
    if (candidate.blocked.has_value()) {
      plan_.waits.push_back({candidate.id, *candidate.blocked});
      if (candidate.keeps_slots) Keep(candidate);
      return;
    }
    for (const std::string& device : DevicesOf(candidate)) {
      if (Place(candidate, device)) return;
    }
    plan_.waits.push_back({candidate.id, WhyNot(candidate)});
    Keep(candidate);
  }

  Plan Take() { return std::move(plan_); }

 private:
  bool Place(const Candidate& candidate, const std::string& device) {
    const int64_t free = FreeSlots(workers_, device);
    if (kept_.contains(device) || free < candidate.min_ranks) return false;
    const int64_t ranks = std::min(free, candidate.max_ranks);
    Placement placement{candidate.id, {}, ""};
    std::vector<std::string> names;
    for (const size_t i : TakeSlots(workers_, device, ranks)) {
      placement.workers.push_back(workers_[i].id);
      if (names.empty() || names.back() != workers_[i].name) names.push_back(workers_[i].name);
    }
    placement.reason = absl::StrCat(Slots(ranks, device), " on ", absl::StrJoin(names, ", "));
    plan_.placements.push_back(std::move(placement));
    return true;
  }

  void Keep(const Candidate& candidate) {
    for (const std::string& device : DevicesOf(candidate)) {
      if (TotalSlots(workers_, device) >= candidate.min_ranks) {
        kept_.try_emplace(device, &candidate);
      }
    }
  }

  std::string WhyNot(const Candidate& candidate) const {
    const std::vector<std::string> devices = DevicesOf(candidate);
    for (const std::string& device : devices) {
      const auto kept = kept_.find(device);
      if (kept == kept_.end() || TotalSlots(workers_, device) < candidate.min_ranks) continue;
      const Candidate& first = *kept->second;
      return absl::StrCat("waits behind ", first.id, " (", first.name, ", priority ",
                          first.priority, "), which needs ", Slots(first.min_ranks, device), "; ",
                          FreeSlots(workers_, device), " of ", TotalSlots(workers_, device),
                          " are free");
    }
    if (workers_.empty()) return "no worker is ready";
    std::vector<std::string> parts;
    bool could = false;
    for (const std::string& device : devices) {
      const int64_t total = TotalSlots(workers_, device);
      could |= total >= candidate.min_ranks;
      if (total == 0 && devices.size() > 1) continue;
      parts.push_back(absl::StrCat(FreeSlots(workers_, device), " of ", Slots(total, device),
                                   total == 1 ? " is free" : " are free"));
    }
    const std::string needs = Slots(
        candidate.min_ranks, devices.size() == 1 ? devices.front() : std::string("cpu or cuda"));
    return absl::StrCat(could ? "needs " : "needs more than the ready workers have: ", needs, "; ",
                        absl::StrJoin(parts, ", "));
  }

  std::vector<Worker> workers_;
  std::map<std::string, const Candidate*> kept_;  // device → who keeps its slots
  Plan plan_;
};

}  // namespace

Plan MakePlan(const Snapshot& snapshot) {
  Planner planner(snapshot.workers);
  for (const size_t i : Order(snapshot.candidates)) planner.Consider(snapshot.candidates[i]);
  return planner.Take();
}

}  // namespace nepa::scheduler
