// nepactl validate
#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/job_source.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

absl::StatusOr<int> Validate(Context& context, const JobFileFlags& flags) {
  NEPA_ASSIGN_OR_RETURN(const JobSource source, ReadJobSource(flags));
  if (context.json()) {
    context.PrintJson({{"file", flags.file},
                       {"valid", true},
                       {"name", source.job.spec.name},
                       {"faults", Json::array()}});
  } else {
    context.Print(absl::StrCat(flags.file, ": valid, job ", source.job.spec.name, "\n"));
  }
  return kExitDone;
}

}  // namespace

void AddValidate(CommandLine& line) {
  const auto flags = std::make_shared<JobFileFlags>();
  CLI::App* const command = line.Add(
      "validate",
      "Check a job file's form, types, ranges and combinations; needs no coordinator and no data",
      "  nepactl validate pretrain.yaml\n"
      "  nepactl validate pretrain.yaml --set batch.global=1000      exit code 2: refused",
      [flags](Context& context) { return Validate(context, *flags); });
  AddJobFileFlags(command, flags.get());
}

}  // namespace nepa::cli
