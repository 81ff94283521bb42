// The job file as a person wrote it, and its overrides: YAML; each --set after a byte 0.
#include "absl/strings/str_split.h"
#include "common/config/job_file.h"
#include "common/config/job_spec_json.h"
#include "tests/fuzz/fuzz.h"

using nepa::fuzz::Require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(nepa::fuzz::Text(data, size));
  std::vector<std::string> parts = absl::StrSplit(input, '\0');
  nepa::config::JobFileText source{parts[0], "job.yaml", "/jobs", {}};
  source.overrides.assign(parts.begin() + 1, parts.end());
  const nepa::config::JobFileResult result = nepa::config::ReadJobFile(source);
  Require(result.job.has_value() == result.faults.empty(), "a job, or faults");
  for (const nepa::config::Fault& fault : result.faults) {
    Require(nepa::config::FormatFault(fault).find('\n') == std::string::npos, "a fault is a line");
  }
  if (!result.job.has_value()) return 0;
  const std::string json = ToJson(*result.job);
  const auto again = nepa::config::JobFileFromJson(json);
  Require(again.ok(), "a job that is read is read again from its JSON");
  Require(ToJson(*again) == json, "and says the same");
  return 0;
}
