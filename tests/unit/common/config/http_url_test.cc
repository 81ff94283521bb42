#include "common/config/http_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace nepa::config {
namespace {

using ::testing::HasSubstr;

TEST(HttpUrl, TakesWebAddresses) {
  const std::vector<std::pair<const char*, HttpUrl>> addresses = {
      {"http://example.com", {false, "example.com", 80}},
      {"https://Hooks.Example.com/a/b?c=d@e:f", {true, "hooks.example.com", 443}},
      {"http://127.0.0.1:8080/", {false, "127.0.0.1", 8080}},
      {"https://[::1]:9/x", {true, "::1", 9}},
      {"http://[fe80::1]?q", {false, "fe80::1", 80}},
      {"http://a_b-c:65535?x=http://other", {false, "a_b-c", 65535}},
  };
  for (const auto& [text, expected] : addresses) {
    const absl::StatusOr<HttpUrl> url = ParseHttpUrl(text);
    ASSERT_TRUE(url.ok()) << text << ": " << url.status();
    EXPECT_EQ(*url, expected) << text;
  }
}

TEST(HttpUrl, AHostAloneIsTakenAsInAnAddress) {
  EXPECT_EQ(*ParseHost("Hooks.Example.com"), "hooks.example.com");
  EXPECT_EQ(*ParseHost("[FE80::1]"), "fe80::1");
  for (const char* host : {"a.example.com", "127.0.0.1", "::1"}) {
    EXPECT_EQ(*ParseHost(HostText(host)), host);
  }
  for (const char* text : {"", "a:80", "::1", "[::1", "a/b", "http://a", "a b", "*"}) {
    EXPECT_FALSE(ParseHost(text).ok()) << text;
  }
}

TEST(HttpUrl, RefusesAllElseWithTheReason) {
  const std::vector<std::pair<std::string, const char*>> faults = {
      {"", "http://"},
      {"example.com", "http://"},
      {"ftp://example.com", "http://"},
      {"file:///etc/passwd", "http://"},
      {"HTTP://example.com", "http://"},
      {"http://", "no host"},
      {"http:///path", "no host"},
      {"http://?q", "no host"},
      {"http://[]/", "no host"},
      {"http://[abc]/", "no host"},
      {"http://[::1/", "no host"},
      {"http://a b/", "character"},
      {"http://a/#part", "character"},
      {"http://a\\@b/", "character"},
      {"http://a/\x01", "character"},
      {"http://h\xc3\xb6st/", "character"},
      {"http://ann:secret@example.com/", "password"},
      {"http://a:0/", "port"},
      {"http://a:65536/", "port"},
      {"http://a:/", "port"},
      {"http://a:-1/", "port"},
      {"http://a:+80/", "port"},
      {"http://a:80x/", "port"},
      {"http://a/" + std::string(kMostUrlBytes, 'x'), "2048"},
  };
  for (const auto& [text, reason] : faults) {
    const absl::StatusOr<HttpUrl> url = ParseHttpUrl(text);
    ASSERT_FALSE(url.ok()) << text;
    EXPECT_THAT(std::string(url.status().message()), HasSubstr(reason)) << text;
    EXPECT_THAT(std::string(url.status().message()), ::testing::Not(HasSubstr("secret")));
  }
}

TEST(HttpUrl, TheOriginHidesWhatMayBeASecret) {
  const auto origin = [](const char* text) { return OriginOf(ParseHttpUrl(text).value()); };
  EXPECT_EQ(origin("https://hooks.example.com/T0/secret?key=1"), "https://hooks.example.com");
  EXPECT_EQ(origin("http://a:443/x"), "http://a:443");
  EXPECT_EQ(origin("https://[::1]:8443/"), "https://[::1]:8443");
}

}  // namespace
}  // namespace nepa::config
