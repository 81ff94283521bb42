// Following a job: its progress is shown until something ends it.
#ifndef NEPA_CLI_FOLLOW_H_
#define NEPA_CLI_FOLLOW_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/context.h"
#include "cli/interrupts.h"

namespace nepa::cli {

enum class FollowEnd {
  kJob,          // `until` held
  kInterrupted,  // by a signal, which was taken
  kWatched,      // one of the watched descriptors became readable
};

struct Followed {
  v1::Job job;  // the newest seen; without an id if none was
  FollowEnd end = FollowEnd::kJob;
};

// What to follow, and how.
struct FollowRequest {
  std::string job;                            // id
  std::function<void(const v1::Job&)> show;   // for each news
  std::function<bool(const v1::Job&)> until;  // after a final phase it ends anyway
  std::vector<int> watched;                   // descriptors; not owned
};

// Blocks the calling thread. Errors as Client::WatchJob.
absl::StatusOr<Followed> Follow(Client& client, Interrupts& interrupts,
                                const FollowRequest& request);

// 0 for a job that succeeded or still lives, 1 for one that failed or was cancelled.
int ExitCodeOf(const v1::Job& job);

// For a person who stops looking at a job: that it goes on.
std::string StillGoingOn(const v1::Job& job);

// Follows the job of this id or name to its end with a progress line (for submit --follow, and
// watch where there is no terminal), then prints how it ended, with -o json the job itself. A
// signal ends the following, not the job, and says so.
absl::StatusOr<int> FollowToTheEnd(Context& context, Interrupts& interrupts,
                                   const std::string& name);

}  // namespace nepa::cli

#endif  // NEPA_CLI_FOLLOW_H_
