// absl times and durations ↔ the well-known messages. Any thread.
#ifndef NEPA_COMMON_RPC_TIME_H_
#define NEPA_COMMON_RPC_TIME_H_

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include "absl/time/time.h"

namespace nepa::rpc {

// Whole nanoseconds, rounded down.
google::protobuf::Timestamp ToMessage(absl::Time time);
google::protobuf::Duration ToMessage(absl::Duration duration);

absl::Time FromMessage(const google::protobuf::Timestamp& message);
absl::Duration FromMessage(const google::protobuf::Duration& message);

}  // namespace nepa::rpc

#endif  // NEPA_COMMON_RPC_TIME_H_
