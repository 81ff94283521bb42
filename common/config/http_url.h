// The address of a web service, as `notify.url` of a job file and the daemons' flags give it.
//
// Pure.
#ifndef NEPA_COMMON_CONFIG_HTTP_URL_H_
#define NEPA_COMMON_CONFIG_HTTP_URL_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nepa::config {

inline constexpr size_t kMostUrlBytes = 2048;

struct HttpUrl {
  bool tls = false;  // https
  std::string host;  // in small letters; IPv6 without its brackets
  int port = 0;      // 80 or 443 where none is said
  bool operator==(const HttpUrl&) const = default;
};

// Takes http://HOST[:PORT][/PATH][?QUERY] and the same with https, at most kMostUrlBytes of
// printable ASCII. No user or password (it would stand wherever the address is shown) and no
// fragment. INVALID_ARGUMENT says what is wrong, without the text itself.
absl::StatusOr<HttpUrl> ParseHttpUrl(absl::string_view text);

// The host of an address alone: a name or IPv4 as it is, IPv6 in its brackets. In small letters,
// without brackets. INVALID_ARGUMENT else.
absl::StatusOr<std::string> ParseHost(absl::string_view text);

// What ParseHost reads as `host`: IPv6 stands in brackets.
std::string HostText(const std::string& host);

// "https://hooks.example.com", ":8443" after it where the port is not the usual one: what may be
// shown to anybody. The rest of an address often is a secret.
std::string OriginOf(const HttpUrl& url);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_HTTP_URL_H_
