// nepactl validate
#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/disk_check.h"
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
  std::string found;  // on the disk
  if (flags.data) {
    NEPA_ASSIGN_OR_RETURN(found, CheckDisk(source.job, "nepactl validate --data"));
  }
  const bool unseen = flags.data && StartsFromRegistry(source.job);
  if (context.json()) {
    context.PrintJson({{"file", source.text.file},
                       {"valid", true},
                       {"name", source.job.spec.name},
                       {"unchecked", unseen ? Json::array({"model.from"}) : Json::array()},
                       {"faults", Json::array()}});
    return kExitDone;
  }
  context.Print(absl::StrCat(source.text.file, ": valid, job ", source.job.spec.name,
                             found.empty() ? "" : ": ", found, "\n"));
  if (unseen) {
    context.Note(absl::StrCat("model.from: ", source.job.spec.model.from,
                              " is not looked at, since only a coordinator can find it; the worker "
                              "looks before the first step"));
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
      "all\nof the images.",
      [flags](Context& context) { return Validate(context, *flags); });
  AddJobFileFlags(command, &flags->file);
  command->add_flag(
      "--data", flags->data,
      "Look also at the data and the model folder: whether they are on this machine,\n"
      "whole, and fit the job");
}

}  // namespace nepa::cli
