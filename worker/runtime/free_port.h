// A TCP port on which nobody listens.
#ifndef NEPA_WORKER_RUNTIME_FREE_PORT_H_
#define NEPA_WORKER_RUNTIME_FREE_PORT_H_

#include <cstdint>

#include "absl/status/statusor.h"

namespace nepa::worker {

// Of 127.0.0.1. Free now; nothing holds it until whoever is told it listens. UNAVAILABLE if there
// is none. Any thread.
absl::StatusOr<int64_t> FreeLoopbackPort();

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_FREE_PORT_H_
