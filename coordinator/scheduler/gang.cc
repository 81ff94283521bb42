#include "coordinator/scheduler/gang.h"

#include <algorithm>
#include <optional>

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

std::vector<size_t> Hosts(const std::vector<Worker>& workers, const std::string& device,
                          int64_t ranks) {
  std::vector<size_t> hosts;
  for (size_t i = 0; i < workers.size(); ++i) {
    if (workers[i].device == device && workers[i].total >= ranks) hosts.push_back(i);
  }
  return hosts;
}

int64_t MostRanks(const std::vector<Worker>& workers, const std::vector<size_t>& hosts) {
  int64_t most = 0;
  for (const size_t i : hosts) most = std::max(most, workers[i].free);
  return most;
}

std::vector<size_t> TakeSlots(std::vector<Worker>& workers, const std::vector<size_t>& hosts,
                              int64_t ranks) {
  std::optional<size_t> fullest;
  for (const size_t i : hosts) {
    if (workers[i].free < ranks) continue;
    if (!fullest.has_value() || workers[i].free < workers[*fullest].free) fullest = i;
  }
  if (!fullest.has_value()) return {};
  workers[*fullest].free -= ranks;
  return std::vector<size_t>(static_cast<size_t>(ranks), *fullest);
}

}  // namespace nepa::scheduler
