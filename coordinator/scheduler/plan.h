// Who gets which slots: a snapshot of the cluster in, a plan out, in which every placement and
// every waiting carries its reason.
//
// Rules. Higher priority first, then first in, first out. A gang gets all its ranks at once, on one
// worker, or none (gang.h). A job that could be placed on the workers of today, were they free,
// keeps the slots that it could use from those behind it, so that a large job is not starved by
// small ones; a job that the workers of today could never hold keeps nothing.
//
// Pure: the same snapshot gives the same plan.
#ifndef NEPA_COORDINATOR_SCHEDULER_PLAN_H_
#define NEPA_COORDINATOR_SCHEDULER_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nepa::scheduler {

struct Worker {
  std::string id;
  std::string name;    // for reasons
  std::string device;  // "cpu" or "cuda"
  int64_t total = 0;   // slots
  int64_t free = 0;
  std::string why;  // of an absent one, why it takes no ranks: "is drained"
};

// A job that waits for slots.
struct Candidate {
  std::string id;
  std::string name;  // for reasons
  int64_t priority = 0;
  int64_t min_ranks = 1;
  int64_t max_ranks = 1;
  std::string device;                  // "cpu", "cuda", or "" for either: cuda where it can
  std::optional<std::string> blocked;  // not to be placed now whatever is free, and why
  bool keeps_slots = false;            // blocked for so short that those behind it must not pass it
};

struct Snapshot {
  std::vector<Worker> workers;        // that take ranks
  std::vector<Candidate> candidates;  // in the order of their coming
  std::vector<Worker> absent;         // known, but taking no ranks now: only for reasons
};

struct Placement {
  std::string job;
  std::vector<std::string> workers;  // id of each rank's worker, by rank
  std::string reason;
};

// A running job that must make room. No rule makes one yet.
struct Preemption {
  std::string job;
  std::string reason;
};

struct Wait {
  std::string job;
  std::string reason;
};

struct Plan {
  std::vector<Placement> placements;
  std::vector<Preemption> preemptions;
  std::vector<Wait> waits;  // every candidate that is not placed
};

Plan MakePlan(const Snapshot& snapshot);

// The most that one worker, ready or not, offers of the devices that the candidate may run on: "2
// cpu slots on gpu-07"; "" where no worker has any.
std::string MostOffered(const Snapshot& snapshot, const Candidate& candidate);

}  // namespace nepa::scheduler

#endif  // NEPA_COORDINATOR_SCHEDULER_PLAN_H_
