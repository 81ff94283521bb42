#include "common/config/http_url.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace nepa::config {
namespace {

constexpr int kHttpPort = 80;
constexpr int kHttpsPort = 443;

absl::Status Fault(absl::string_view what) { return absl::InvalidArgumentError(what); }

bool IsHost(absl::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
  });
}

bool IsIpv6(absl::string_view host) {
  return absl::StrContains(host, ":") && std::all_of(host.begin(), host.end(), [](unsigned char c) {
           return absl::ascii_isxdigit(c) || c == ':' || c == '.';
         });
}

}  // namespace

absl::StatusOr<std::string> ParseHost(absl::string_view text) {
  const bool bracketed = absl::ConsumePrefix(&text, "[") && absl::ConsumeSuffix(&text, "]");
  if (bracketed ? !IsIpv6(text) : !IsHost(text)) return Fault("names no host");
  return absl::AsciiStrToLower(text);
}

absl::StatusOr<HttpUrl> ParseHttpUrl(absl::string_view text) {
  if (text.size() > kMostUrlBytes) return Fault("longer than 2048 bytes");
  if (!std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return absl::ascii_isgraph(c) && c != '\\' && c != '#';
      })) {
    return Fault(
        "has a space, a '#' or another character that no web address has; write it as %20");
  }
  HttpUrl url;
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "https://")) {
    url.tls = true;
  } else if (!absl::ConsumePrefix(&rest, "http://")) {
    return Fault("does not begin with http:// or https://");
  }
  absl::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  if (absl::StrContains(authority, "@")) {
    return Fault("has a user or password before '@', which everybody would see");
  }
  absl::string_view host = authority, port;
  const size_t colon = authority.rfind(':');
  if (colon != absl::string_view::npos && !absl::EndsWith(authority, "]")) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
  }
  absl::StatusOr<std::string> name = ParseHost(host);
  if (!name.ok()) return name.status();
  url.host = *std::move(name);
  url.port = url.tls ? kHttpsPort : kHttpPort;
  const bool has_port = port.data() != nullptr;
  if (has_port && (!std::all_of(port.begin(), port.end(), absl::ascii_isdigit) ||
                   !absl::SimpleAtoi(port, &url.port) || url.port < 1 || url.port > 65535)) {
    return Fault("has a port that is no number of 1 to 65535");
  }
  return url;
}

std::string HostText(const std::string& host) {
  return absl::StrContains(host, ":") ? absl::StrCat("[", host, "]") : host;
}

std::string OriginOf(const HttpUrl& url) {
  const bool usual = url.port == (url.tls ? kHttpsPort : kHttpPort);
  return absl::StrCat(url.tls ? "https://" : "http://", HostText(url.host),
                      usual ? "" : absl::StrCat(":", url.port));
}

}  // namespace nepa::config
