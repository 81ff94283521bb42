// Events from other threads for the loop, which waits for them with poll().
//
// Push: any thread. fd, Drain: the loop thread. Bounded by whoever pushes (see coordinator_link.h).
#ifndef NEPA_WORKER_RUNTIME_EVENT_QUEUE_H_
#define NEPA_WORKER_RUNTIME_EVENT_QUEUE_H_

#include <sys/eventfd.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "common/base/mutex.h"
#include "common/io/unique_fd.h"

namespace nepa::worker {

template <typename Event>
class EventQueue {
 public:
  EventQueue() : wakeup_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  void Push(Event event) {
    MutexLock lock(mutex_);
    events_.push_back(std::move(event));
    const uint64_t one = 1;
    // Fails only when the counter is full, and then the loop is awake.
    [[maybe_unused]] const ssize_t written = ::write(wakeup_.get(), &one, sizeof(one));
  }

  // Readable while there are events.
  int fd() const { return wakeup_.get(); }

  std::vector<Event> Drain() {
    MutexLock lock(mutex_);
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t read = ::read(wakeup_.get(), &count, sizeof(count));
    return std::exchange(events_, {});
  }

 private:
  const io::UniqueFd wakeup_;
  Mutex mutex_;
  std::vector<Event> events_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_EVENT_QUEUE_H_
