// A stream of the coordinator's read on a thread of its own, for a main thread that polls several
// things.
#ifndef NEPA_CLI_NEWS_STREAM_H_
#define NEPA_CLI_NEWS_STREAM_H_

#include <functional>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "cli/event_fd.h"
#include "common/base/mutex.h"

namespace nepa::cli {

// Thread rule: confined to the thread that made it; the reading thread is its own, and ends with
// it. Keeps the newest message only: nothing piles up.
template <typename Message>
class NewsStream {
 public:
  // Calls back for each message until it is asked to stop or the stream is over; how that ended.
  using Read =
      std::function<absl::Status(std::stop_token, const std::function<void(const Message&)>&)>;

  explicit NewsStream(Read read)
      : read_(std::move(read)), thread_([this](std::stop_token stop) { Watch(std::move(stop)); }) {}
  NewsStream(const NewsStream&) = delete;
  NewsStream& operator=(const NewsStream&) = delete;

  struct News {
    std::optional<Message> newest;    // unless already taken
    std::optional<absl::Status> end;  // set when the stream is over
  };
  // Readable while there is something to take.
  int fd() const { return event_.fd(); }
  News Take() {
    MutexLock lock(mutex_);
    event_.Clear();
    return std::exchange(news_, News());
  }

 private:
  void Watch(std::stop_token stop) {
    absl::Status end = read_(stop, [this](const Message& message) {
      MutexLock lock(mutex_);
      news_.newest = message;
      event_.Signal();
    });
    MutexLock lock(mutex_);
    news_.end = std::move(end);
    event_.Signal();
  }

  const Read read_;
  EventFd event_;
  Mutex mutex_;
  News news_ ABSL_GUARDED_BY(mutex_);
  std::jthread thread_;  // last: joined before the rest goes away
};

}  // namespace nepa::cli

#endif  // NEPA_CLI_NEWS_STREAM_H_
