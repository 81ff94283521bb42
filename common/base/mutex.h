// std::mutex and std::condition_variable, annotated for clang's thread-safety analysis: members
// that a mutex guards say so with ABSL_GUARDED_BY. (absl::Mutex gives ThreadSanitizer false alarms
// with Debian's build of Abseil.)
#ifndef NEPA_COMMON_BASE_MUTEX_H_
#define NEPA_COMMON_BASE_MUTEX_H_

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace nepa {

class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

 private:
  friend class MutexLock;
  std::mutex mutex_;
};

// Holds a mutex for its own lifetime, except between Unlock() and Lock().
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : lock_(mutex.mutex_) {}
  ~MutexLock() ABSL_UNLOCK_FUNCTION() {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void Unlock() ABSL_UNLOCK_FUNCTION() { lock_.unlock(); }
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { lock_.lock(); }

 private:
  friend class Condition;
  std::unique_lock<std::mutex> lock_;
};

// Wait() in a loop that checks what is waited for.
class Condition {
 public:
  void Wait(MutexLock& lock) { condition_.wait(lock.lock_); }
  // Also returns after `timeout`, which may be infinite.
  void WaitFor(MutexLock& lock, absl::Duration timeout) {
    // A day at a time: the standard library overflows on the largest durations.
    timeout = std::min(timeout, absl::Hours(24));
    condition_.wait_for(lock.lock_, absl::ToChronoNanoseconds(timeout));
  }
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace nepa

#endif  // NEPA_COMMON_BASE_MUTEX_H_
