// Many workers in one process: the real agent and the real client of the coordinator, and ranks
// that are nothing but a step a second.
#ifndef NEPA_BENCHMARKS_SIMULATED_WORKERS_H_
#define NEPA_BENCHMARKS_SIMULATED_WORKERS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"

namespace nepa::benchmarks {

class SimulatedWorkers {
 public:
  // `count` workers of one slot each register with the coordinator at `address`; each runs what it
  // is given, and reports a step and its metrics once a second.
  SimulatedWorkers(const std::string& address, int count);
  ~SimulatedWorkers();

  // False after `timeout`.
  bool WaitUntilAllTrain(absl::Duration timeout) const;

  // That were sent, of all workers together.
  int64_t reports() const { return reports_; }

 private:
  class Worker;

  void Run();

  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<int64_t> reports_ = 0;
  std::atomic<int> training_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace nepa::benchmarks

#endif  // NEPA_BENCHMARKS_SIMULATED_WORKERS_H_
