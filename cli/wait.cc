// nepactl wait
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/await_jobs.h"
#include "cli/awaited.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/interrupts.h"
#include "cli/progress.h"
#include "cli/words.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

struct WaitFlags {
  std::vector<std::string> jobs;
  std::string phase = "SUCCEEDED";
  std::string timeout;
};

// What there is to tell of a job that came, or can no longer come, where it should.
std::string Outcome(const v1::Job& job, bool color) {
  if (IsFinal(job.phase())) return EndLine(job, color);
  return absl::StrCat(JobTitle(job), " ",
                      Colored(PhaseWord(job.phase()), PhaseColor(job.phase()), color));
}

absl::StatusOr<int> Wait(Context& context, const WaitFlags& flags) {
  AwaitRequest request;
  NEPA_ASSIGN_OR_RETURN(request.deadline, DeadlineFor(context, flags.timeout));
  request.judge = [&](const v1::Job& job) { return JudgeAwaited(flags.phase, job); };
  request.settled = [&](const v1::Job& job) {
    if (!context.json()) context.Print(absl::StrCat(Outcome(job, context.color()), "\n"));
  };
  Interrupts interrupts;
  for (const std::string& name : flags.jobs) {
    NEPA_ASSIGN_OR_RETURN(request.jobs.emplace_back(), context.client().GetJob(name));
  }
  NEPA_ASSIGN_OR_RETURN(const AwaitResult result, AwaitJobs(context, interrupts, request));
  if (result.end == AwaitResult::End::kTimeout) {
    context.Note(absl::StrCat("Waited ", flags.timeout, " for ", flags.phase, "; still ",
                              absl::StrJoin(result.missing, ", "), "."));
  }
  if (context.json()) {
    Json list = Json::array();
    for (const v1::Job& job : result.jobs) list.push_back(JobJson(job));
    context.PrintJson(list);
  }
  return ExitCodeOf(result.end);
}

}  // namespace

void AddWait(CommandLine& line) {
  const auto flags = std::make_shared<WaitFlags>();
  CLI::App* const command = line.Add(
      "wait", "Wait, silently, until jobs have come to a phase",
      "  nepactl wait fashion-pretrain && nepactl submit finetune.yaml\n"
      "  nepactl wait j17 j18 --for ENDED\n"
      "  nepactl wait j17 --for RUNNING --timeout 5m\n\n"
      "Ends with 0 once every job has come there, with 1 as soon as one has ended otherwise, with "
      "124 after\n--timeout, as timeout(1) does. ENDED is any of SUCCEEDED, FAILED, CANCELLED.",
      [flags](Context& context) { return Wait(context, *flags); });
  command->add_option("JOB", flags->jobs, "Ids or names of jobs")->required()->type_name("");
  command->add_option("--for", flags->phase, "What to wait for [SUCCEEDED]")
      ->type_name("PHASE")
      ->transform(CLI::IsMember(AwaitedWords(), CLI::ignore_case));
  command->add_option("--timeout", flags->timeout, "Give up after this time [never]")
      ->type_name("TIME");
}

}  // namespace nepa::cli
