// Channels and servers of gRPC with the limits and timings all our programs share. Plain text
// where no credentials are given (common/credentials makes them).
#ifndef NEPA_COMMON_RPC_CHANNEL_H_
#define NEPA_COMMON_RPC_CHANNEL_H_

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace nepa::rpc {

// A larger message is refused by both sides with RESOURCE_EXHAUSTED.
inline constexpr int kMaxMessageBytes = 64 << 20;

// Blocking calls that a server answers at the same time; more are refused with RESOURCE_EXHAUSTED.
inline constexpr int kMaxServerThreads = 64;

// A channel to `address` ("host:port"). Connects when first used and again after a loss, 50 ms to
// 1 s apart; a peer that vanished without a word is noticed within about 20 s while a call runs.
std::shared_ptr<grpc::Channel> MakeChannel(
    const std::string& address,
    const std::shared_ptr<grpc::ChannelCredentials>& credentials = nullptr);

struct Listening {
  std::unique_ptr<grpc::Server> server;
  std::string address;  // "host:port" with the port that was taken
};

// Serves `services`, which must outlive the server, on `address` ("host:port"; port 0 takes a free
// one). INVALID_ARGUMENT for an address that is none; UNAVAILABLE if it cannot be bound: taken, or
// not of this machine.
absl::StatusOr<Listening> Listen(const std::string& address,
                                 const std::vector<grpc::Service*>& services,
                                 std::shared_ptr<grpc::ServerCredentials> credentials = nullptr);

}  // namespace nepa::rpc

#endif  // NEPA_COMMON_RPC_CHANNEL_H_
