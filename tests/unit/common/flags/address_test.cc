#include "common/flags/address.h"

#include <gtest/gtest.h>

namespace nepa::flags {
namespace {

TEST(Address, IsReadAndWrittenInBothFamilies) {
  for (const char* text : {"127.0.0.1:7443", "[::1]:0", "machine.example:65535"}) {
    const absl::StatusOr<HostPort> address = ParseHostPort(text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(ToString(*address), text);
  }
}

TEST(Address, OtherTextIsRefused) {
  for (const char* text : {"", ":1", "host", "host:", "host:x", "host:-1", "host:65536", "::1:5"}) {
    EXPECT_FALSE(ParseHostPort(text).ok()) << text;
  }
}

TEST(Address, ListeningWiderThanLoopbackNeedsTheWordInsecure) {
  EXPECT_TRUE(CheckListen("--listen", {"127.0.0.1", 1}, false).ok());
  EXPECT_TRUE(CheckListen("--listen", {"::1", 1}, false).ok());
  EXPECT_TRUE(CheckListen("--listen", {"0.0.0.0", 1}, true).ok());
  EXPECT_FALSE(CheckListen("--listen", {"0.0.0.0", 1}, false).ok());
  EXPECT_FALSE(CheckListen("--listen", {"127.evil.example", 1}, false).ok());
}

}  // namespace
}  // namespace nepa::flags
