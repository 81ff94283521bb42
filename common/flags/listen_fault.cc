#include "common/flags/listen_fault.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/io/unique_fd.h"

namespace nepa::flags {
namespace {

struct Found {
  bool resolved = false;
  int error = 0;  // of binding; 0: it worked
};

Found TryToListen(const HostPort& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const std::string port = absl::StrCat(address.port);
  if (::getaddrinfo(address.host.c_str(), port.c_str(), &hints, &list) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  Found found{.resolved = true};
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    const io::UniqueFd socket(::socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;  // as the servers do: what lingers of closed connections is in nobody's way
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    const bool bound = ::bind(socket.get(), each->ai_addr, each->ai_addrlen) == 0;
    found.error = bound && ::listen(socket.get(), 1) == 0 ? 0 : errno;
    if (found.error != 0) return found;
  }
  return found;
}

}  // namespace

absl::Status ListenFault(absl::string_view flag, const HostPort& address,
                         const absl::Status& status) {
  if (status.ok()) return status;
  const std::string where = absl::StrCat(flag, " ", ToString(address), ": ");
  const Found found = TryToListen(address);
  if (!found.resolved) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, "the name ", address.host,
                     " has no address here; give an address of this machine, such as 127.0.0.1"));
  }
  switch (found.error) {
    case 0:
      return status;
    case EADDRINUSE:
      return absl::UnavailableError(absl::StrCat(
          where, "another program listens there (`ss -ltnp` shows which); stop it, or choose ",
          "another port, 0 for a free one"));
    case EADDRNOTAVAIL:
      return absl::InvalidArgumentError(
          absl::StrCat(where, address.host, " is no address of this machine; `ip addr` shows ",
                       "those that are, and 127.0.0.1 always is one"));
    case EACCES:
      return absl::PermissionDeniedError(absl::StrCat(where, "this user may not listen on port ",
                                                      address.port, "; choose one above 1023"));
    default:
      return absl::UnavailableError(absl::StrCat(where, std::strerror(found.error)));
  }
}

}  // namespace nepa::flags
