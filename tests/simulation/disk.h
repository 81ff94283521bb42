// The storage that all workers see, and what a job will do when it trains.
#ifndef NEPA_TESTS_SIMULATION_DISK_H_
#define NEPA_TESTS_SIMULATION_DISK_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace nepa::simulation {

// A checkpoint folder: whose weights, after how many steps.
struct Folder {
  std::string job;
  int64_t step = 0;
};

struct Disk {
  std::map<std::string, Folder> folders;  // by path relative to the storage

  // Everything at `path` and below it, but for the entry `except` and what lies in that.
  void Remove(const std::string& path, const std::string& except) {
    const std::string below = path + "/";
    const std::string kept = below + except + "/";
    std::erase_if(folders, [&](const auto& entry) {
      const std::string& each = entry.first;
      if (each == path) return true;
      return each.starts_with(below) && (except.empty() || !each.starts_with(kept));
    });
  }
};

// What people ask for; a job's file carries the index of its plan.
struct JobPlan {
  std::string name;
  int64_t ranks = 1;
  int64_t total_steps = 100;
  int64_t steps_a_turn = 10;  // a turn of the gang takes kTurn
  int64_t checkpoint_every = 50;
  int64_t fails_at = -1;  // a fault of the job at this step
  std::string from;       // model.from: job/NAME or checkpoint/ID
};
inline constexpr absl::Duration kTurn = absl::Milliseconds(400);

}  // namespace nepa::simulation

#endif  // NEPA_TESTS_SIMULATION_DISK_H_
