#include "worker/runtime/surroundings.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

namespace nepa::worker {

int64_t CountProcessors() { return std::max(1u, std::thread::hardware_concurrency()); }

std::vector<std::string> OwnEnvironment() {
  std::vector<std::string> pairs;
  for (char** pair = environ; pair != nullptr && *pair != nullptr; ++pair)
    pairs.emplace_back(*pair);
  return pairs;
}

}  // namespace nepa::worker
