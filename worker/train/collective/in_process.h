// A group whose ranks are threads of one process: for tests of what ranks do together.
#ifndef NEPA_WORKER_TRAIN_COLLECTIVE_IN_PROCESS_H_
#define NEPA_WORKER_TRAIN_COLLECTIVE_IN_PROCESS_H_

#include <memory>
#include <vector>

#include "worker/train/collective/collective.h"

namespace nepa::collective {

// One Collective for each rank of a new group. Sums are taken in the order of ranks. Destroying one
// before its group is done counts as the loss of that rank: the others get UNAVAILABLE.
std::vector<std::unique_ptr<Collective>> MakeInProcessGroup(int64_t world_size);

}  // namespace nepa::collective

#endif  // NEPA_WORKER_TRAIN_COLLECTIVE_IN_PROCESS_H_
