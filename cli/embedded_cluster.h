// A coordinator and a worker of our own, for the time of one command: the real programs, on free
// loopback ports, with all they keep in one folder.
#ifndef NEPA_CLI_EMBEDDED_CLUSTER_H_
#define NEPA_CLI_EMBEDDED_CLUSTER_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/child_process.h"
#include "cli/state_folder.h"
#include "common/io/unique_fd.h"

namespace nepa::cli {

// When nepactl is killed, the worker stops its jobs at a checkpoint; the coordinator outlives it to
// register that, and ends with the last holder of its lifeline, a pipe.
//
// Thread rule: confined to the main thread.
class EmbeddedCluster {
 public:
  // The programs are looked for beside nepactl. `folder` must outlive the cluster.
  static absl::StatusOr<EmbeddedCluster> StartCoordinator(const StateFolder& folder);

  // Where the coordinator listens.
  const std::string& address() const { return address_; }

  // `slots`: a number or "auto"; `device`: "auto", "cpu" or "cuda".
  absl::Status StartWorker(const std::string& slots, const std::string& device);

  // Readable once the daemon of it has ended, which none should by itself.
  std::vector<int> fds() const;
  // OK while both run; else which one ended, how, and the end of its log.
  absl::Status Check();

  // Worker first, then coordinator, each asked to end and killed when it takes too long.
  void Stop();
  // At once: the worker is killed, and its trainers with it; the coordinator, which loses nothing
  // by it, soon after.
  void Kill();

 private:
  EmbeddedCluster(const StateFolder& folder, ChildProcess coordinator, io::UniqueFd lifeline)
      : folder_(folder), coordinator_(std::move(coordinator)), lifeline_(std::move(lifeline)) {}

  const StateFolder& folder_;
  ChildProcess coordinator_;
  io::UniqueFd lifeline_;  // the end to write, held by us and the worker
  std::optional<ChildProcess> worker_;
  std::string address_;
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_EMBEDDED_CLUSTER_H_
