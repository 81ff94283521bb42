#include "common/flags/address.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace nepa::flags {

absl::StatusOr<HostPort> ParseHostPort(absl::string_view text) {
  const auto fault = [&] {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", text,
        "' is no HOST:PORT, such as 127.0.0.1:7443 or [::1]:0 (port 0 takes a free one)"));
  };
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos || colon == 0) return fault();
  absl::string_view host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (absl::StrContains(host, ":")) {
    return fault();
  }
  HostPort address{std::string(host), 0};
  if (host.empty() || !absl::SimpleAtoi(text.substr(colon + 1), &address.port) ||
      address.port < 0 || address.port > 65535) {
    return fault();
  }
  return address;
}

std::string ToString(const HostPort& address) {
  const bool brackets = absl::StrContains(address.host, ":");
  return absl::StrCat(brackets ? "[" : "", address.host, brackets ? "]" : "", ":", address.port);
}

bool IsLoopback(const HostPort& address) {
  return address.host == "localhost" || address.host == "::1" ||
         (absl::StartsWith(address.host, "127.") &&
          address.host.find_first_not_of("0123456789.") == std::string::npos);
}

absl::Status CheckListen(absl::string_view flag, const HostPort& address, bool insecure) {
  if (insecure || IsLoopback(address)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      flag, " ", ToString(address),
      " can be reached from other machines, by anybody: listen on 127.0.0.1, or say --insecure if "
      "the network is trusted"));
}

}  // namespace nepa::flags
