#include "common/rpc/time.h"

#include <gtest/gtest.h>

namespace nepa::rpc {
namespace {

TEST(RpcTime, TimesComeBackToTheNanosecond) {
  for (const absl::Time time : {absl::UnixEpoch(), absl::FromUnixNanos(1764023145123456789),
                                absl::FromUnixNanos(-1), absl::FromUnixNanos(-1500000000)}) {
    EXPECT_EQ(FromMessage(ToMessage(time)), time);
    EXPECT_GE(ToMessage(time).nanos(), 0);
  }
}

TEST(RpcTime, DurationsComeBackToTheNanosecond) {
  for (const absl::Duration duration :
       {absl::ZeroDuration(), absl::Nanoseconds(1), absl::Seconds(2) + absl::Nanoseconds(5),
        absl::Milliseconds(-1500)}) {
    EXPECT_EQ(FromMessage(ToMessage(duration)), duration);
  }
}

}  // namespace
}  // namespace nepa::rpc
