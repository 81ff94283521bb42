#include "common/rpc/time.h"

namespace nepa::rpc {

google::protobuf::Timestamp ToMessage(absl::Time time) {
  const absl::Duration since_epoch = time - absl::UnixEpoch();
  absl::Duration rest;
  google::protobuf::Timestamp message;
  int64_t seconds = absl::IDivDuration(since_epoch, absl::Seconds(1), &rest);
  if (rest < absl::ZeroDuration()) {  // nanos are never negative in a Timestamp
    --seconds;
    rest += absl::Seconds(1);
  }
  message.set_seconds(seconds);
  message.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return message;
}

google::protobuf::Duration ToMessage(absl::Duration duration) {
  absl::Duration rest;
  google::protobuf::Duration message;
  message.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &rest));
  message.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return message;
}

absl::Time FromMessage(const google::protobuf::Timestamp& message) {
  return absl::FromUnixSeconds(message.seconds()) + absl::Nanoseconds(message.nanos());
}

absl::Duration FromMessage(const google::protobuf::Duration& message) {
  return absl::Seconds(message.seconds()) + absl::Nanoseconds(message.nanos());
}

}  // namespace nepa::rpc
