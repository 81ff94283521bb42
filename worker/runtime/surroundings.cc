#include "worker/runtime/surroundings.h"

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/io/file.h"

namespace nepa::worker {

int64_t CountProcessors() {
  const int64_t allowed = std::max(1u, std::thread::hardware_concurrency());
  const absl::StatusOr<std::string> cpu_max = io::ReadFile("/sys/fs/cgroup/cpu.max", 256);
  if (!cpu_max.ok()) return allowed;
  return std::min(allowed, QuotaProcessors(*cpu_max).value_or(allowed));
}

std::optional<int64_t> QuotaProcessors(const std::string& cpu_max) {
  const std::vector<std::string> words =
      absl::StrSplit(cpu_max, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  int64_t quota = 0, period = 0;
  if (words.size() != 2 || !absl::SimpleAtoi(words[0], &quota) ||
      !absl::SimpleAtoi(words[1], &period) || quota < 1 || period < 1) {
    return std::nullopt;
  }
  return (quota + period - 1) / period;
}

std::vector<std::string> OwnEnvironment() {
  std::vector<std::string> pairs;
  for (char** pair = environ; pair != nullptr && *pair != nullptr; ++pair)
    pairs.emplace_back(*pair);
  return pairs;
}

}  // namespace nepa::worker
