// A job watched on a thread of its own, for a main thread that polls several things.
#ifndef NEPA_CLI_JOB_STREAM_H_
#define NEPA_CLI_JOB_STREAM_H_

#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "cli/client.h"
#include "cli/event_fd.h"
#include "common/base/mutex.h"

namespace nepa::cli {

// Thread rule: confined to the thread that made it; the watching thread is its own, and ends with
// it. `client` must outlive it. Keeps the newest job only: nothing piles up.
class JobStream {
 public:
  JobStream(Client& client, std::string job);
  JobStream(const JobStream&) = delete;
  JobStream& operator=(const JobStream&) = delete;

  struct News {
    std::optional<v1::Job> job;       // the newest, unless already taken
    std::optional<absl::Status> end;  // set when the stream is over: OK after a final phase
  };
  // Readable while there is something to take.
  int fd() const { return event_.fd(); }
  News Take();

 private:
  void Watch(std::stop_token stop);

  Client& client_;
  const std::string job_;
  EventFd event_;
  Mutex mutex_;
  News news_ ABSL_GUARDED_BY(mutex_);
  std::jthread thread_;  // last: joined before the rest goes away
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_JOB_STREAM_H_
