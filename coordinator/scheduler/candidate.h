// What a candidate asks for, and in which order candidates are served. Pure.
#ifndef NEPA_COORDINATOR_SCHEDULER_CANDIDATE_H_
#define NEPA_COORDINATOR_SCHEDULER_CANDIDATE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/scheduler/plan.h"

namespace nepa::scheduler {

// The devices that it may run on, the better one first.
std::vector<std::string> DevicesOf(const Candidate& candidate);
// The same for people: "cpu or cuda".
std::string DevicesText(const Candidate& candidate);

// "4 cpu slots".
std::string SlotsText(int64_t count, const std::string& device);

// The least that it needs: "4 cpu slots on one worker".
std::string NeedsText(const Candidate& candidate, const std::string& device);

// Indices of the candidates, most urgent first.
std::vector<size_t> Order(const std::vector<Candidate>& candidates);

}  // namespace nepa::scheduler

#endif  // NEPA_COORDINATOR_SCHEDULER_CANDIDATE_H_
