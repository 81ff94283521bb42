// exchange values ↔ messages of proto/nepa/v1/worker_service.proto.
//
// FromMessage judges what came over the network: INVALID_ARGUMENT names the field that cannot be.
// Any thread.
#ifndef NEPA_COMMON_RPC_EXCHANGE_H_
#define NEPA_COMMON_RPC_EXCHANGE_H_

#include <nepa/v1/worker_service.pb.h>

#include "absl/status/statusor.h"
#include "common/exchange/exchange.h"

namespace nepa::rpc {

// Most ranks in a report, and most gangs in orders: bounds what one message makes its reader hold.
inline constexpr int kMaxRanks = 4096;

v1::RegisterRequest ToMessage(const exchange::Registration& registration);
absl::StatusOr<exchange::Registration> FromMessage(const v1::RegisterRequest& message);

v1::RegisterResponse ToMessage(const exchange::Registered& registered);
absl::StatusOr<exchange::Registered> FromMessage(const v1::RegisterResponse& message);

v1::WorkerReport ToMessage(const exchange::Report& report);
absl::StatusOr<exchange::Report> FromMessage(const v1::WorkerReport& message);

v1::WorkerOrders ToMessage(const exchange::Orders& orders);
absl::StatusOr<exchange::Orders> FromMessage(const v1::WorkerOrders& message);

}  // namespace nepa::rpc

#endif  // NEPA_COMMON_RPC_EXCHANGE_H_
