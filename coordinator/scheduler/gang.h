// Finding workers for one gang. Pure.
//
// A gang runs on one worker: ranks on several machines do not find each other yet. This file alone
// knows that rule; the plan asks it for hosts and slots.
#ifndef NEPA_COORDINATOR_SCHEDULER_GANG_H_
#define NEPA_COORDINATOR_SCHEDULER_GANG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/scheduler/plan.h"

namespace nepa::scheduler {

// Slots of the workers with this device: all, or the free ones.
int64_t TotalSlots(const std::vector<Worker>& workers, const std::string& device);
int64_t FreeSlots(const std::vector<Worker>& workers, const std::string& device);

// Indices of the workers with `device` that a gang of so many ranks could use, were they free.
// None: it could never run on these workers.
std::vector<size_t> Hosts(const std::vector<Worker>& workers, const std::string& device,
                          int64_t ranks);

// The most ranks that one gang can get on `hosts` now.
int64_t MostRanks(const std::vector<Worker>& workers, const std::vector<size_t>& hosts);

// Takes `ranks` free slots of `hosts`, no more than MostRanks, and returns the index of each rank's
// worker: the fullest one that holds the gang.
std::vector<size_t> TakeSlots(std::vector<Worker>& workers, const std::vector<size_t>& hosts,
                              int64_t ranks);

}  // namespace nepa::scheduler

#endif  // NEPA_COORDINATOR_SCHEDULER_GANG_H_
