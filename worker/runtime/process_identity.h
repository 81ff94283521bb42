// Which process a number means: numbers are used again, but not together with the same start time
// in the same boot.
#ifndef NEPA_WORKER_RUNTIME_PROCESS_IDENTITY_H_
#define NEPA_WORKER_RUNTIME_PROCESS_IDENTITY_H_

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"

namespace nepa::worker {

struct ProcessIdentity {
  pid_t pid = 0;
  std::string start;  // clock ticks since boot
  std::string boot;   // the kernel's random id of this boot
  bool operator==(const ProcessIdentity&) const = default;
};

// Of a process that exists, a zombie too; NOT_FOUND if there is none.
absl::StatusOr<ProcessIdentity> IdentityOf(pid_t pid);

// One line and back. INVALID_ARGUMENT for anything else.
std::string Encode(const ProcessIdentity& identity);
absl::StatusOr<ProcessIdentity> DecodeProcessIdentity(const std::string& text);

// SIGKILL to the process group that `identity` leads, and waits for the leader's end. OK if no such
// process exists any more; UNAVAILABLE if it is still there after a few seconds. Not for children
// of this process.
absl::Status EndProcess(const ProcessIdentity& identity);

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_PROCESS_IDENTITY_H_
