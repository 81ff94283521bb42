// Why a daemon could not listen where it was told to. Looks at the machine; any thread.
#ifndef NEPA_COMMON_FLAGS_LISTEN_FAULT_H_
#define NEPA_COMMON_FLAGS_LISTEN_FAULT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/flags/address.h"

namespace nepa::flags {

// What to say after listening on `address`, the value of `flag`, failed with `status`: which of the
// things that can be wrong it is, and what to do. Tries again with a socket of its own, since the
// servers don't say; where that one succeeds, `status` stays. OK stays OK.
absl::Status ListenFault(absl::string_view flag, const HostPort& address,
                         const absl::Status& status);

}  // namespace nepa::flags

#endif  // NEPA_COMMON_FLAGS_LISTEN_FAULT_H_
