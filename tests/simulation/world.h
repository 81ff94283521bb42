// What everything in a simulation shares: time, chance, the weather, and the record of what went
// on.
//
// One thread. The same seed gives the same story.
#ifndef NEPA_TESTS_SIMULATION_WORLD_H_
#define NEPA_TESTS_SIMULATION_WORLD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/timeline.h"

namespace nepa::simulation {

// How likely each misfortune is; all zero once it is quiet.
struct Weather {
  double message_lost = 0.01;
  double message_doubled = 0.02;
  double message_late = 0.02;
  double commit_fails = 0.01;
  double crash_before_commit = 0.0005;
  double crash_after_commit = 0.0005;
  double rank_crashes = 0.002;  // in each turn of a gang
  double rank_lingers = 0.1;    // after its worker died
  double rank_hangs = 0.01;     // asked to stop, it does not
  double receiver_away = 0.3;   // of the news that a job has ended
};

struct World {
  explicit World(uint64_t seed) : chance(seed) {}

  Timeline timeline;
  Chance chance;
  Weather weather;
  bool quiet = false;

  // The first rule that was broken; the simulation ends then.
  std::string violation;
  void Violate(const std::string& what) {
    if (violation.empty()) violation = what;
    Note("VIOLATION ", what);
  }

  // The story, where one is wanted.
  bool tell = false;
  std::vector<std::string> story;
  template <typename... Parts>
  void Note(const Parts&... parts) {
    if (!tell) return;
    story.push_back(
        absl::StrCat(absl::Dec(absl::ToInt64Microseconds(timeline.now() - absl::UnixEpoch()) -
                                   int64_t{24} * 365 * 3600 * 1000000,
                               absl::kSpacePad10),
                     " us  ", parts...));
  }
};

}  // namespace nepa::simulation

#endif  // NEPA_TESTS_SIMULATION_WORLD_H_
