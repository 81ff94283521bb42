// A build whose trainer knows no CUDA: GPUs of the machine are of no use to it.
#include "worker/runtime/slot_inventory.h"

namespace nepa::worker {

int64_t CountGpus() { return 0; }

}  // namespace nepa::worker
