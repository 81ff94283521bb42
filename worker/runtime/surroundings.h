// What this machine and this process' surroundings offer to trainers.
#ifndef NEPA_WORKER_RUNTIME_SURROUNDINGS_H_
#define NEPA_WORKER_RUNTIME_SURROUNDINGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nepa::worker {

// Processors this process may use: those it may run on, and no more than the quota of its control
// group (a container's CPU limit), rounded up. Any thread.
int64_t CountProcessors();

// The processors that a cpu.max file of a control group allows ("200000 100000": 2); none for "max"
// and for what is no such file. Pure.
std::optional<int64_t> QuotaProcessors(const std::string& cpu_max);

// NAME=VALUE of this process' environment, which nobody changes. Any thread.
std::vector<std::string> OwnEnvironment();

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_SURROUNDINGS_H_
