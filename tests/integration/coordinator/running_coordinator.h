// A real nepa-coordinator with a state folder of its own.
#ifndef NEPA_TESTS_INTEGRATION_COORDINATOR_RUNNING_COORDINATOR_H_
#define NEPA_TESTS_INTEGRATION_COORDINATOR_RUNNING_COORDINATOR_H_

#include <optional>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace nepa::testing {

class RunningCoordinator {
 public:
  explicit RunningCoordinator(std::vector<std::string> more_flags = {});
  ~RunningCoordinator();

  // Starts it; after the first time on the same port. Waits until it serves.
  void Start();
  void Kill() { program_->KillNow(); }
  Program& program() { return *program_; }

  const std::string& grpc() const { return grpc_; }
  const std::string& http() const { return http_; }
  std::string state() const { return folder_ + "/state"; }
  std::string storage() const { return folder_ + "/storage"; }
  std::string log() const { return folder_ + "/coordinator.log"; }
  std::vector<std::string> Flags() const;

 private:
  const std::vector<std::string> more_flags_;
  std::string folder_;
  std::string grpc_;
  std::string http_;
  std::optional<Program> program_;
};

}  // namespace nepa::testing

#endif  // NEPA_TESTS_INTEGRATION_COORDINATOR_RUNNING_COORDINATOR_H_
