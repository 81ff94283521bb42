// Pixel memory that goes round: a training step of small images would spend a noticeable part of
// its time on fresh pages otherwise.
//
// Any thread.
#ifndef NEPA_WORKER_TRAIN_DATA_BUFFER_POOL_H_
#define NEPA_WORKER_TRAIN_DATA_BUFFER_POOL_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "common/base/mutex.h"

namespace nepa::data {

// Buffers of one size. Outlives its owner as long as a buffer is out.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  BufferPool(size_t floats, size_t keep) : floats_(floats), keep_(keep) {}

  // Unset values. Comes back to the pool by itself, which keeps at most `keep`.
  std::shared_ptr<float[]> Take() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Return(std::unique_ptr<float[]> buffer) ABSL_LOCKS_EXCLUDED(mutex_);

  const size_t floats_;
  const size_t keep_;
  Mutex mutex_;
  std::vector<std::unique_ptr<float[]>> free_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nepa::data

#endif  // NEPA_WORKER_TRAIN_DATA_BUFFER_POOL_H_
