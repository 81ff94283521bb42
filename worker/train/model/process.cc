#include "worker/train/model/process.h"

#include <malloc.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "common/base/spinning.h"

namespace nepa::model {

void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
}

void LimitSpinning(char** argv) {
  if (::getenv(kSpinVariable) != nullptr || ::getenv(kWaitPolicy) != nullptr) return;
  ::setenv(kSpinVariable, kSpins, /*replace=*/0);
  ::execv("/proc/self/exe", argv);
}

}  // namespace nepa::model
