// One seed: a cluster lives through misfortunes, then it is quiet, and everything must come to its
// end. The real cores of coordinator and worker run in it, with nothing else real round them.
#ifndef NEPA_TESTS_SIMULATION_SIMULATION_H_
#define NEPA_TESTS_SIMULATION_SIMULATION_H_

#include <cstdint>
#include <string>
#include <vector>

namespace nepa::simulation {

struct Size {
  int64_t workers = 50;
  int64_t jobs = 200;
};

// What leaves the story as it is.
struct Manner {
  bool tell = false;     // record it
  std::string database;  // a new SQLite file in which the coordinator keeps its rows; "": in memory
};

struct Outcome {
  std::string violation;  // empty: every rule held, and everything ended
  // How much happened.
  int64_t events = 0;
  int64_t turns = 0;
  int64_t requests = 0;
  int64_t coordinator_starts = 0;
  int64_t attempts = 0;
  int64_t succeeded = 0;
  int64_t failed = 0;
  int64_t cancelled = 0;
  double virtual_seconds = 0;
  std::vector<std::string> story;  // if it was to be told
};

// Depends on seed and size alone. Any number of threads may run seeds beside each other.
Outcome RunSeed(uint64_t seed, const Size& size, const Manner& manner = {});

}  // namespace nepa::simulation

#endif  // NEPA_TESTS_SIMULATION_SIMULATION_H_
