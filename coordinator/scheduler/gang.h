// Finding workers for one gang. Pure.
#ifndef NEPA_COORDINATOR_SCHEDULER_GANG_H_
#define NEPA_COORDINATOR_SCHEDULER_GANG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/scheduler/plan.h"

namespace nepa::scheduler {

// Slots of the workers with this device: all, or the free ones.
int64_t TotalSlots(const std::vector<Worker>& workers, const std::string& device);
int64_t FreeSlots(const std::vector<Worker>& workers, const std::string& device);

// Takes `ranks` free slots of workers with `device`, which must have so many, and returns the index
// of each rank's worker. As few workers as can be: the fullest one that holds the whole gang, else
// the emptiest ones first. Ranks of a worker follow each other.
std::vector<size_t> TakeSlots(std::vector<Worker>& workers, const std::string& device,
                              int64_t ranks);

}  // namespace nepa::scheduler

#endif  // NEPA_COORDINATOR_SCHEDULER_GANG_H_
