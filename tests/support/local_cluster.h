// A real coordinator and a real worker on loopback ports of their own, with everything they keep in
// one temporary folder, for integration and fault tests.
//
//   LocalCluster cluster;
//   cluster.StartCoordinator();
//   cluster.StartWorker();
//   Output output = cluster.Nepactl({"list"});
#ifndef NEPA_TESTS_SUPPORT_LOCAL_CLUSTER_H_
#define NEPA_TESTS_SUPPORT_LOCAL_CLUSTER_H_

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace nepa::testing {

class LocalCluster {
 public:
  LocalCluster();
  // Ends the programs and removes the folder; keeps it when $NEPA_KEEP is set.
  ~LocalCluster();

  // Starts the program and waits until its endpoints.json is there. The coordinator takes a free
  // port the first time and the same one after that.
  void StartCoordinator(const std::vector<std::string>& more_flags = {});
  void StartWorker(const std::vector<std::string>& more_flags = {});

  Program& coordinator() { return *coordinator_; }
  Program& worker() { return *worker_; }

  const std::string& folder() const { return folder_; }
  std::string storage() const { return folder_ + "/storage"; }
  const std::string& coordinator_address() const { return coordinator_address_; }
  std::string coordinator_http() const;
  std::string worker_http() const;

  // Writes `text` as a file of the cluster's folder; its path.
  std::string WriteFile(const std::string& name, const std::string& text);

  // Runs nepactl against this coordinator.
  Output Nepactl(const std::vector<std::string>& arguments,
                 absl::Duration timeout = absl::Seconds(60));
  // The same with -o json; fails the test and returns null if it does not end with 0.
  nlohmann::json NepactlJson(const std::vector<std::string>& arguments);

  // Submits a job file and returns its id.
  std::string Submit(const std::string& path, const std::vector<std::string>& more = {});
  // Waits until the job's phase is `phase`; false after `timeout` or in another final phase.
  bool WaitForPhase(const std::string& job, const std::string& phase,
                    absl::Duration timeout = absl::Seconds(60));
  bool WaitForStep(const std::string& job, int64_t step,
                   absl::Duration timeout = absl::Seconds(60));

 private:
  nlohmann::json WaitForEndpoints(const std::string& state, Program& program);

  std::string folder_;
  std::string coordinator_address_;
  std::optional<Program> coordinator_;
  std::optional<Program> worker_;
};

// Body of an HTTP GET of http://`host_port``path`; empty if there is no answer.
std::string HttpGet(const std::string& host_port, const std::string& path);

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_LOCAL_CLUSTER_H_
