// Waiting, on the coordinator's streams, until each of some jobs has come where it should.
#ifndef NEPA_CLI_AWAIT_JOBS_H_
#define NEPA_CLI_AWAIT_JOBS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/awaited.h"
#include "cli/context.h"
#include "cli/interrupts.h"

namespace nepa::cli {

struct AwaitRequest {
  std::vector<v1::Job> jobs;  // as they were seen last
  std::function<Awaited(const v1::Job&)> judge;
  // Called once for each job, when it is there or can no longer come there.
  std::function<void(const v1::Job&)> settled;
  absl::Time deadline = absl::InfiniteFuture();
};

struct AwaitResult {
  enum class End {
    kReached,      // all
    kNever,        // one of them can no longer come there
    kTimeout,      // the deadline came first
    kInterrupted,  // by a signal, which was taken
  };
  End end = End::kReached;
  std::vector<v1::Job> jobs;         // the newest of each, in the order of the request
  std::vector<std::string> missing;  // "j3 RUNNING", of those that are not there yet
};

// Blocks the calling thread. Errors as Client::WatchJob.
absl::StatusOr<AwaitResult> AwaitJobs(Context& context, Interrupts& interrupts,
                                      const AwaitRequest& request);

int ExitCodeOf(AwaitResult::End end);

// `text` as the deadline that it means from now on; never where it is empty. INVALID_ARGUMENT for
// what is no time.
absl::StatusOr<absl::Time> DeadlineFor(const Context& context, const std::string& text);

}  // namespace nepa::cli

#endif  // NEPA_CLI_AWAIT_JOBS_H_
