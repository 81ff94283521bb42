#include "worker/train/tool/job_file_argument.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/config/job_file.h"
#include "common/io/file.h"

namespace nepa::tool {

absl::StatusOr<config::JobFile> ReadJobFileArgument(const std::string& file,
                                                    const std::vector<std::string>& overrides) {
  NEPA_ASSIGN_OR_RETURN(std::string text, io::ReadFile(file, config::kMaxJobFileBytes));
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(file, error);
  if (error) return ErrnoStatus(error.value(), "find the folder of " + file);
  const config::JobFileResult result =
      config::ReadJobFile({std::move(text), file, absolute.parent_path().string(), overrides});
  if (result.job.has_value()) return *result.job;
  return absl::InvalidArgumentError(
      absl::StrJoin(result.faults, "\n", [](std::string* out, const config::Fault& fault) {
        out->append(config::FormatFault(fault));
      }));
}

}  // namespace nepa::tool
