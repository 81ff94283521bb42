#include "cli/change_job.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/job_argument.h"
#include "cli/words.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

absl::StatusOr<int> Change(Context& context, JobChange change, const std::string& name) {
  NEPA_ASSIGN_OR_RETURN(const v1::Job job, (context.client().*change)(name));
  if (context.json()) {
    context.PrintJson(JobJson(job));
    return kExitDone;
  }
  std::string text =
      absl::StrCat(JobTitle(job), " ",
                   Colored(PhaseWord(job.phase()), PhaseColor(job.phase()), context.color()));
  if (!job.reason().empty()) absl::StrAppend(&text, ": ", job.reason());
  context.Print(absl::StrCat(text, "\n"));
  return kExitDone;
}

}  // namespace

void AddJobChange(CommandLine& line, const std::string& name, const std::string& purpose,
                  const std::string& examples, JobChange change) {
  const auto job = std::make_shared<std::string>();
  CLI::App* const command = line.Add(name, purpose, examples, [job, change](Context& context) {
    return Change(context, change, *job);
  });
  AddJobArgument(command, job.get());
}

}  // namespace nepa::cli
