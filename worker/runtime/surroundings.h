// What this machine and this process' surroundings offer to trainers.
#ifndef NEPA_WORKER_RUNTIME_SURROUNDINGS_H_
#define NEPA_WORKER_RUNTIME_SURROUNDINGS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace nepa::worker {

// Processors this process may run on. Any thread.
int64_t CountProcessors();

// NAME=VALUE of this process' environment, which nobody changes. Any thread.
std::vector<std::string> OwnEnvironment();

}  // namespace nepa::worker

#endif  // NEPA_WORKER_RUNTIME_SURROUNDINGS_H_
