// nepactl delete
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/job_argument.h"
#include "cli/words.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

struct DeleteFlags {
  std::string job;
  bool keep_checkpoints = false;
};

absl::StatusOr<int> Delete(Context& context, const DeleteFlags& flags) {
  // Asked first, so that the answer names what was removed, and a name means the job it meant when
  // the person looked.
  NEPA_ASSIGN_OR_RETURN(const v1::Job job, context.client().GetJob(flags.job));
  NEPA_RETURN_IF_ERROR(context.client().DeleteJob(job.id(), flags.keep_checkpoints));
  if (context.json()) {
    context.PrintJson(JobJson(job));
  } else {
    context.Print(absl::StrCat(JobTitle(job), " deleted",
                               flags.keep_checkpoints ? ", its checkpoints kept" : "", "\n"));
  }
  return kExitDone;
}

}  // namespace

void AddDelete(CommandLine& line) {
  const auto flags = std::make_shared<DeleteFlags>();
  CLI::App* const command =
      line.Add("delete", "Remove an ended job with its folder: logs, ledger and checkpoints",
               "  nepactl delete j17\n  nepactl delete j17 --keep-checkpoints",
               [flags](Context& context) { return Delete(context, *flags); });
  AddJobArgument(command, &flags->job);
  command->add_flag("--keep-checkpoints", flags->keep_checkpoints,
                    "Leave the checkpoint folders, and the list of them");
}

}  // namespace nepa::cli
