// No fault: what must pass where unguarded.cc, which differs by a line, does not.
#include "common/base/mutex.h"

namespace nepa {

class Counter {
 public:
  int count() {
    const MutexLock lock(mutex_);
    return count_;
  }

 private:
  Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

int Planted() { return Counter().count(); }

}  // namespace nepa
