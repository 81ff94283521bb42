// Reading a job file as a person wrote it: YAML with positions, all faults at once.
// Its own target (nepa_config_yaml), since programs that read only JSON don't link yaml-cpp.
#ifndef NEPA_COMMON_CONFIG_JOB_FILE_H_
#define NEPA_COMMON_CONFIG_JOB_FILE_H_

#include <optional>
#include <string>
#include <vector>

#include "common/config/fault.h"
#include "common/config/job_spec.h"

namespace nepa::config {

struct JobFileText {
  std::string text;                    // YAML; at most kMaxJobFileBytes
  std::string file;                    // name for messages
  std::string folder;                  // absolute
  std::vector<std::string> overrides;  // "dotted.key=value", the value read as YAML, in order
};
inline constexpr size_t kMaxJobFileBytes = 1 << 20;

struct JobFileResult {
  std::optional<JobFile> job;  // set exactly when `faults` is empty
  std::vector<Fault> faults;   // ordered by position
};

// Form, types, ranges and combinations; looks at no data and no model folder. Pure.
JobFileResult ReadJobFile(const JobFileText& source);

}  // namespace nepa::config

#endif  // NEPA_COMMON_CONFIG_JOB_FILE_H_
