// nepactl workers drain | undrain
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/await_jobs.h"
#include "cli/failure.h"
#include "cli/submission.h"
#include "cli/words.h"
#include "cli/workers.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

struct DrainFlags {
  std::string worker;
  std::string reason;
  bool wait = false;
  std::string timeout;
};

void PrintWorker(Context& context, const v1::Worker& worker) {
  if (context.json()) return context.PrintJson(WorkerJson(worker));
  context.Print(
      absl::StrCat(worker.id(), " ", worker.name(), " ",
                   Colored(StateWord(worker.state()), StateColor(worker.state()), context.color()),
                   worker.reason().empty() ? "" : ": ", worker.reason(), "\n"));
}

// Whether one of the job's ranks may still run on the worker.
bool RunsOn(const v1::Job& job, const std::string& worker) {
  const bool active = job.phase() == v1::PHASE_STARTING || job.phase() == v1::PHASE_RUNNING;
  return active &&
         std::find(job.workers().begin(), job.workers().end(), worker) != job.workers().end();
}

std::string Where(const v1::Job& job) {
  std::string text = absl::StrCat(JobTitle(job), " ", PhaseWord(job.phase()));
  if (!job.reason().empty()) absl::StrAppend(&text, ": ", job.reason());
  return text;
}

// Waits until none of the jobs that the worker runs is there any more.
absl::StatusOr<AwaitResult> WaitUntilEmpty(Context& context, Interrupts& interrupts,
                                           const std::string& worker, absl::Time deadline) {
  AwaitRequest request;
  request.deadline = deadline;
  request.judge = [&](const v1::Job& job) {
    return RunsOn(job, worker) ? Awaited::kNotYet : Awaited::kReached;
  };
  request.settled = [&](const v1::Job& job) { context.Note(Where(job)); };
  NEPA_ASSIGN_OR_RETURN(std::vector<v1::Job> jobs, context.client().ListJobs(0));
  for (v1::Job& job : jobs) {
    if (RunsOn(job, worker)) request.jobs.push_back(std::move(job));
  }
  return AwaitJobs(context, interrupts, request);
}

absl::StatusOr<int> Drain(Context& context, const DrainFlags& flags) {
  if (!flags.timeout.empty() && !flags.wait) {
    return absl::InvalidArgumentError("--timeout says how long to --wait, which was not given");
  }
  NEPA_ASSIGN_OR_RETURN(const absl::Time deadline, DeadlineFor(context, flags.timeout));
  Interrupts interrupts;
  v1::DrainWorkerRequest request;
  request.set_worker(flags.worker);
  request.set_user(UserName(context.env()));
  request.set_reason(flags.reason);
  NEPA_ASSIGN_OR_RETURN(v1::Worker worker, context.client().DrainWorker(std::move(request)));
  int code = kExitDone;
  if (flags.wait) {
    NEPA_ASSIGN_OR_RETURN(const AwaitResult result,
                          WaitUntilEmpty(context, interrupts, worker.name(), deadline));
    code = ExitCodeOf(result.end);
    if (result.end == AwaitResult::End::kTimeout) {
      context.Note(absl::StrCat("Waited ", flags.timeout,
                                "; still there: ", absl::StrJoin(result.missing, ", "), "."));
    }
    NEPA_ASSIGN_OR_RETURN(worker, FindWorker(context.client(), worker.id()));
  }
  PrintWorker(context, worker);
  return code;
}

absl::StatusOr<int> Undrain(Context& context, const std::string& name) {
  NEPA_ASSIGN_OR_RETURN(const v1::Worker worker, context.client().UndrainWorker(name));
  PrintWorker(context, worker);
  return kExitDone;
}

}  // namespace

void AddWorkersDraining(CommandLine& line, CLI::App* group) {
  const auto flags = std::make_shared<DrainFlags>();
  CLI::App* const drain = line.Add(
      group, "drain", "Give a worker no more ranks, and move what it runs elsewhere",
      "  nepactl workers drain gpu-07 --reason 'its fan is broken'\n"
      "  nepactl workers drain gpu-07 --wait && ssh gpu-07 poweroff\n"
      "  nepactl workers drain gpu-07 --wait --timeout 10m\n\n"
      "Each job there writes a checkpoint of its last step and goes on from it where there are\n"
      "slots; that costs none of its restarts. The worker stays drained, also when it or the\n"
      "coordinator starts again, until nepactl workers undrain. --wait ends with 0 once nothing\n"
      "runs there, with 124 after --timeout.",
      [flags](Context& context) { return Drain(context, *flags); });
  AddWorkerArgument(drain, &flags->worker);
  drain->add_option("--reason", flags->reason, "Why, for people")->type_name("TEXT");
  drain->add_flag("--wait", flags->wait, "Wait until nothing runs there any more");
  drain->add_option("--timeout", flags->timeout, "Give up waiting after this time [never]")
      ->type_name("TIME");

  const auto name = std::make_shared<std::string>();
  CLI::App* const undrain = line.Add(group, "undrain", "Let a drained worker take ranks again",
                                     "  nepactl workers undrain gpu-07",
                                     [name](Context& context) { return Undrain(context, *name); });
  AddWorkerArgument(undrain, name.get());
}

}  // namespace nepa::cli
