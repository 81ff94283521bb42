// The GPUs that ranks started here can use. One implementation for each kind of build; CMake picks
// the file.
#ifndef NEPA_WORKER_RUNTIME_SLOT_INVENTORY_H_
#define NEPA_WORKER_RUNTIME_SLOT_INVENTORY_H_

#include <cstdint>

namespace nepa::worker {

// Any thread.
int64_t CountGpus();

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_SLOT_INVENTORY_H_
