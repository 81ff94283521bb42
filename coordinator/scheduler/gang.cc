#include "coordinator/scheduler/gang.h"

#include <algorithm>

namespace nepa::scheduler {

int64_t TotalSlots(const std::vector<Worker>& workers, const std::string& device) {
  int64_t sum = 0;
  for (const Worker& worker : workers) sum += worker.device == device ? worker.total : 0;
  return sum;
}

int64_t FreeSlots(const std::vector<Worker>& workers, const std::string& device) {
  int64_t sum = 0;
  for (const Worker& worker : workers) sum += worker.device == device ? worker.free : 0;
  return sum;
}

std::vector<size_t> TakeSlots(std::vector<Worker>& workers, const std::string& device,
                              int64_t ranks) {
  std::vector<size_t> usable;
  for (size_t i = 0; i < workers.size(); ++i) {
    if (workers[i].device == device && workers[i].free > 0) usable.push_back(i);
  }
  // Those that hold the whole gang come first, the fullest of them foremost; then the emptiest.
  std::stable_sort(usable.begin(), usable.end(), [&](size_t a, size_t b) {
    const bool a_holds = workers[a].free >= ranks, b_holds = workers[b].free >= ranks;
    if (a_holds != b_holds) return a_holds;
    return a_holds ? workers[a].free < workers[b].free : workers[a].free > workers[b].free;
  });
  std::vector<size_t> taken;
  for (const size_t i : usable) {
    const int64_t wanted = ranks - static_cast<int64_t>(taken.size());
    const int64_t count = std::min(wanted, workers[i].free);
    workers[i].free -= count;
    taken.insert(taken.end(), static_cast<size_t>(count), i);
  }
  return taken;
}

}  // namespace nepa::scheduler
