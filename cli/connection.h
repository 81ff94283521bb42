// The channel to the coordinator, and the rule by which calls are tried again. Private to the
// client: nothing else includes gRPC.
//
// Thread rule: any thread.
#ifndef NEPA_CLI_CONNECTION_H_
#define NEPA_CLI_CONNECTION_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cli/client.h"
#include "nepa/v1/job_service.grpc.pb.h"

namespace nepa::cli {

struct Client::Connection {
  Connection(std::string target, absl::Duration patience, credentials::ClientFiles files);

  // One try of a call within `left`.
  using Try = std::function<grpc::Status(absl::Duration left)>;

  // Runs `once` until it ends in anything but UNAVAILABLE or until `patience` is over, and
  // connects before each try. Before the first one it asks whether the coordinator is of a version
  // that understands us; FAILED_PRECONDITION where not, and `once` is not run. `progress`, where
  // given, says whether the try that just ended got something, which starts the time anew.
  // CANCELLED when `stop` is requested.
  absl::Status Call(absl::Duration patience, const Try& once,
                    const std::function<bool()>& progress = nullptr, std::stop_token stop = {});

  // A deadline for one try.
  static std::chrono::system_clock::time_point Deadline(absl::Duration left);

  const std::string address;
  const absl::Duration timeout;
  const credentials::ClientFiles doors;
  // An error: every call ends with it.
  const absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> shown;
  const std::shared_ptr<grpc::Channel> channel;
  const std::unique_ptr<v1::JobService::Stub> stub;

 private:
  // Once a connection: whether the coordinator and this program understand each other.
  grpc::Status Greet(absl::Duration left);
  // False when no connection came about in time, or when asked to stop.
  bool WaitForConnection(absl::Duration patience, const std::stop_token& stop);
  absl::Status Unreachable() const;
  // Why TLS keeps us out of a coordinator that listens; OK where it does not.
  absl::Status ClosedDoor() const;
  absl::Status Translated(const grpc::Status& status) const;

  std::atomic<bool> greeted_ = false;
  std::atomic<bool> met_ = false;  // greeted once, whatever came after
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_CONNECTION_H_
