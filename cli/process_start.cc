#include "cli/process_start.h"

#include <time.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "common/io/file.h"

namespace nepa::cli {

absl::Time ProcessStart(absl::Time now) {
  const absl::StatusOr<std::string> stat = io::ReadFile("/proc/self/stat", 4096);
  if (!stat.ok()) return now;
  // "PID (NAME) STATE …": a name may hold blanks. The start is the 20th word after it (proc(5)).
  const size_t name_end = stat->rfind(')');
  if (name_end == std::string::npos) return now;
  const std::vector<absl::string_view> words =
      absl::StrSplit(absl::string_view(*stat).substr(name_end + 1), ' ', absl::SkipEmpty());
  int64_t ticks = 0;
  timespec since_boot{};
  if (words.size() < 20 || !absl::SimpleAtoi(words[19], &ticks) ||
      ::clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0) {
    return now;
  }
  const absl::Duration start =
      absl::Seconds(static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK)));
  return now - (absl::DurationFromTimespec(since_boot) - start);
}

}  // namespace nepa::cli
