// nepactl validate
#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/data_paths.h"
#include "cli/failure.h"
#include "cli/job_source.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

struct ValidateFlags {
  JobFileFlags file;
  bool data = false;
};

absl::StatusOr<int> Validate(Context& context, const ValidateFlags& flags) {
  NEPA_ASSIGN_OR_RETURN(const JobSource source, ReadJobSource(flags.file));
  if (flags.data) NEPA_RETURN_IF_ERROR(CheckPaths(source.job));
  if (context.json()) {
    context.PrintJson({{"file", source.text.file},
                       {"valid", true},
                       {"name", source.job.spec.name},
                       {"faults", Json::array()}});
  } else {
    context.Print(absl::StrCat(source.text.file, ": valid, job ", source.job.spec.name, "\n"));
  }
  return kExitDone;
}

}  // namespace

void AddValidate(CommandLine& line) {
  const auto flags = std::make_shared<ValidateFlags>();
  CLI::App* const command = line.Add(
      "validate", "Check a job file's form, types, ranges and combinations",
      "  nepactl validate pretrain.yaml\n"
      "  nepactl validate pretrain.yaml --set batch.global=1000      exit code 2: refused\n\n"
      "Needs no coordinator, and looks at no data unless told to. nepa-model data check reads "
      "all\nof the data.",
      [flags](Context& context) { return Validate(context, *flags); });
  AddJobFileFlags(command, &flags->file);
  command->add_flag("--data", flags->data,
                    "Look also whether the data and the model folder are on this machine");
}

}  // namespace nepa::cli
