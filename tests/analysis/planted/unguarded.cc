// A fault that clang's thread-safety analysis must find: a guarded member, read without its mutex.
#include "common/base/mutex.h"

namespace nepa {

class Counter {
 public:
  int count() { return count_; }

 private:
  Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

int Planted() { return Counter().count(); }

}  // namespace nepa
