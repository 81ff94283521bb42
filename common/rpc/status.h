// absl::Status ↔ grpc::Status: the codes are the same numbers, and what a refused job file says
// (nepa.v1.JobFileFaults) travels as the status' details. Any thread.
#ifndef NEPA_COMMON_RPC_STATUS_H_
#define NEPA_COMMON_RPC_STATUS_H_

#include <grpcpp/support/status.h>
#include <nepa/v1/job_service.pb.h>

#include <optional>

#include "absl/status/status.h"

namespace nepa::rpc {

grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

// `status` with `faults` attached; survives ToGrpc and FromGrpc. No effect on OK.
absl::Status WithFaults(absl::Status status, const v1::JobFileFaults& faults);

// What WithFaults attached; nothing if there is none or it does not decode.
std::optional<v1::JobFileFaults> FaultsOf(const absl::Status& status);

}  // namespace nepa::rpc

#endif  // NEPA_COMMON_RPC_STATUS_H_
