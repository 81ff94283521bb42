// nepactl submit
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/configuration_text.h"
#include "cli/failure.h"
#include "cli/follow.h"
#include "cli/job_source.h"
#include "cli/submission.h"
#include "cli/words.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

struct SubmitFlags {
  JobFileFlags file;
  bool follow = false;
  bool dry_run = false;
};

std::string SubmittedText(const v1::Job& job, bool color) {
  std::string text = absl::StrCat(JobTitle(job), " ",
                                  Colored(PhaseWord(job.phase()), PhaseColor(job.phase()), color));
  if (!job.reason().empty()) absl::StrAppend(&text, ": ", job.reason());
  return absl::StrCat(text, "\n");
}

void PrintDryRun(Context& context, const v1::Job& job) {
  if (context.json()) {
    context.PrintJson(JobJson(job));
    return;
  }
  context.Note(absl::StrCat(job.name(), " would be accepted; nothing was submitted."));
  context.Print(ConfigurationYaml(job));
}

absl::StatusOr<int> Submit(Context& context, const SubmitFlags& flags) {
  if (flags.follow && flags.dry_run) {
    return absl::InvalidArgumentError("--follow and --dry-run exclude each other");
  }
  NEPA_ASSIGN_OR_RETURN(const JobSource source, ReadJobSource(flags.file));
  // Before the first thread of the client.
  std::optional<Interrupts> interrupts;
  if (flags.follow) interrupts.emplace();
  NEPA_ASSIGN_OR_RETURN(const v1::Job job, context.client().SubmitJob(
                                               Submission(source, context.env(), flags.dry_run)));
  if (flags.dry_run) {
    PrintDryRun(context, job);
    return kExitDone;
  }
  if (flags.follow) return FollowToTheEnd(context, *interrupts, job.id());
  if (context.json()) {
    context.PrintJson(JobJson(job));
  } else {
    context.Print(SubmittedText(job, context.color()));
    context.Note(absl::StrCat("nepactl watch ", job.id(), " follows it."));
  }
  return kExitDone;
}

}  // namespace

void AddSubmit(CommandLine& line) {
  const auto flags = std::make_shared<SubmitFlags>();
  CLI::App* const command = line.Add(
      "submit", "Check a job file and queue it as a job",
      "  nepactl submit pretrain.yaml\n"
      "  nepactl submit pretrain.yaml --follow      with a progress line; ends with the job\n"
      "  nepactl submit pretrain.yaml --set schedule.epochs=1 --set 'resources.ranks={min: 1, max: "
      "4}'\n"
      "  nepactl submit pretrain.yaml --dry-run     only what would be submitted",
      [flags](Context& context) { return Submit(context, *flags); });
  AddJobFileFlags(command, &flags->file);
  command->add_flag("-f,--follow", flags->follow,
                    "Show the progress and end with the job: 0 if it succeeded, else 1");
  command->add_flag("--dry-run", flags->dry_run, "Check everything, submit nothing");
}

}  // namespace nepa::cli
