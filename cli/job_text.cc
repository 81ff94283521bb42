#include "cli/job_text.h"

#include "absl/strings/str_cat.h"

namespace nepa::cli {

std::string ExitText(const v1::Job& job) {
  if (!job.has_exit()) return "";
  std::string text = job.exit().kind();
  if (job.exit().rank() >= 0) absl::StrAppend(&text, " (rank ", job.exit().rank(), ")");
  if (!job.exit().message().empty()) absl::StrAppend(&text, ": ", job.exit().message());
  return text;
}

}  // namespace nepa::cli
