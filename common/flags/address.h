// HOST:PORT as flags and endpoints.json spell it. Pure; any thread.
#ifndef NEPA_COMMON_FLAGS_ADDRESS_H_
#define NEPA_COMMON_FLAGS_ADDRESS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nepa::flags {

struct HostPort {
  std::string host;  // a name or an address; IPv6 without its brackets
  int port = 0;      // 0: a free one
  bool operator==(const HostPort&) const = default;
};

// "127.0.0.1:7443", "[::1]:7443". INVALID_ARGUMENT otherwise.
absl::StatusOr<HostPort> ParseHostPort(absl::string_view text);

std::string ToString(const HostPort& address);

// True for localhost, 127.0.0.0/8 and ::1.
bool IsLoopback(const HostPort& address);

// Closed by default: INVALID_ARGUMENT if `address`, the value of `flag`, can be reached from other
// machines and `insecure` was not said.
absl::Status CheckListen(absl::string_view flag, const HostPort& address, bool insecure);

}  // namespace nepa::flags

#endif  // NEPA_COMMON_FLAGS_ADDRESS_H_
