#include "worker/train/model/process.h"

#include <malloc.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

namespace nepa::model {
namespace {

constexpr char kSpins[] = "1000";  // some microseconds

}  // namespace

void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
}

void LimitSpinning(char** argv) {
  if (::getenv("GOMP_SPINCOUNT") != nullptr || ::getenv("OMP_WAIT_POLICY") != nullptr) return;
  ::setenv("GOMP_SPINCOUNT", kSpins, /*replace=*/0);
  ::execv("/proc/self/exe", argv);
}

}  // namespace nepa::model
