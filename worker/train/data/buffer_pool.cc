#include "worker/train/data/buffer_pool.h"

#include <utility>

namespace nepa::data {

std::shared_ptr<float[]> BufferPool::Take() {
  std::unique_ptr<float[]> buffer;
  {
    MutexLock lock(mutex_);
    if (!free_.empty()) {
      buffer = std::move(free_.back());
      free_.pop_back();
    }
  }
  if (buffer == nullptr) buffer = std::make_unique_for_overwrite<float[]>(floats_);
  return std::shared_ptr<float[]>(buffer.release(), [pool = shared_from_this()](float* memory) {
    pool->Return(std::unique_ptr<float[]>(memory));
  });
}

void BufferPool::Return(std::unique_ptr<float[]> buffer) {
  MutexLock lock(mutex_);
  if (free_.size() < keep_) free_.push_back(std::move(buffer));
}

}  // namespace nepa::data
