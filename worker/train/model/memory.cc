#include "worker/train/model/memory.h"

#include <malloc.h>

#include <climits>

namespace nepa::model {

void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
}

}  // namespace nepa::model
