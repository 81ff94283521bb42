#include "common/rpc/protocol.h"

#include <gtest/gtest.h>

namespace nepa::rpc {
namespace {

absl::Status Check(const Protocol& client, const Protocol& coordinator) {
  return CheckProtocol("worker alpha", "nepa-worker", client, "the coordinator", coordinator);
}

TEST(Protocol, TravelsAsText) {
  const Protocol back = DecodeProtocol(Encode({.newest = 3, .oldest = 2, .version = "0.4.0"}));
  EXPECT_EQ(back.newest, 3);
  EXPECT_EQ(back.oldest, 2);
  EXPECT_EQ(back.version, "0.4.0");
  EXPECT_FALSE(OurProtocol().version.empty());
}

TEST(Protocol, WhoSaysNothingSpeaksTheFirst) {
  for (const char* text : {"", "x", "1", "a b c", "1 2", "1 2 3 4"}) {
    EXPECT_EQ(DecodeProtocol(text).newest, 1) << text;
    EXPECT_EQ(DecodeProtocol(text).version, "") << text;
  }
  EXPECT_TRUE(Check({}, OurProtocol()).ok());
}

TEST(Protocol, ACoordinatorServesFromItsOldestToItsNewest) {
  const Protocol coordinator{.newest = 3, .oldest = 2, .version = "0.3.0"};
  EXPECT_TRUE(Check({.newest = 2}, coordinator).ok());
  EXPECT_TRUE(Check({.newest = 3}, coordinator).ok());
  const absl::Status older = Check({.newest = 1, .version = "0.1.0"}, coordinator);
  EXPECT_TRUE(absl::IsFailedPrecondition(older));
  EXPECT_EQ(older.message(),
            "worker alpha (version 0.1.0) is too old for the coordinator (version 0.3.0): it "
            "speaks protocol 1, and there 2 is the oldest that is understood; update nepa-worker");
  const absl::Status newer = Check({.newest = 4, .version = "0.4.0"}, coordinator);
  EXPECT_TRUE(absl::IsFailedPrecondition(newer));
  EXPECT_EQ(newer.message(),
            "the coordinator (version 0.3.0) is too old for worker alpha (version 0.4.0): it "
            "speaks protocol 3, not 4; update nepa-coordinator first, or use the nepa-worker of "
            "its version");
}

}  // namespace
}  // namespace nepa::rpc
