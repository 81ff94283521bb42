// nepactl run
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/disk_check.h"
#include "cli/embedded_cluster.h"
#include "cli/failure.h"
#include "cli/follow.h"
#include "cli/format.h"
#include "cli/interrupts.h"
#include "cli/job_source.h"
#include "cli/progress_printer.h"
#include "cli/run_job.h"
#include "cli/words.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

// What a killed run left behind needs a while to end in order.
constexpr absl::Duration kLockPatience = absl::Seconds(60);

struct RunFlags {
  JobFileFlags file;
  std::string state;
};

// What the worker is started with: room for the job, on the device that it asks for.
struct WorkerShape {
  std::string slots;
  std::string device;
};

WorkerShape ShapeFor(const config::Resources& resources) {
  const bool on_cpu = resources.device == config::Device::kCpu;
  WorkerShape shape{.slots = absl::StrCat(resources.max_ranks),
                    .device = on_cpu                                      ? "cpu"
                              : resources.device == config::Device::kCuda ? "cuda"
                                                                          : "auto"};
  // Slots of a CPU are shares of it, as many as are wanted; GPUs are as many as there are.
  if (!on_cpu && resources.min_ranks != resources.max_ranks) shape.slots = "auto";
  return shape;
}

// One job on one cluster, from the choice of the job to its end or its pause.
class Run {
 public:
  Run(Context& context, Interrupts& interrupts, EmbeddedCluster& cluster)
      : context_(context),
        interrupts_(interrupts),
        cluster_(cluster),
        client_(cluster.address(), context.options().timeout),
        printer_(context.ProgressTarget()) {}

  absl::StatusOr<int> Do(const JobSource& source);

 private:
  absl::StatusOr<Followed> FollowUntil(const std::string& job,
                                       std::function<bool(const v1::Job&)> until);
  // Asks for a checkpoint and waits for it; a second signal doesn't wait.
  absl::StatusOr<int> Pause(const std::string& job);
  absl::StatusOr<int> Finish(const v1::Job& job);
  void SayHowToGoOn();

  Context& context_;
  Interrupts& interrupts_;
  EmbeddedCluster& cluster_;
  Client client_;
  ProgressPrinter printer_;
};

absl::StatusOr<Followed> Run::FollowUntil(const std::string& job,
                                          std::function<bool(const v1::Job&)> until) {
  absl::StatusOr<Followed> followed =
      Follow(client_, interrupts_,
             {.job = job,
              .show = [&](const v1::Job& news) { printer_.Show(news, context_.now()); },
              .until = std::move(until),
              .watched = cluster_.fds()});
  printer_.EndDrawing();
  if (followed.ok() && followed->end == FollowEnd::kWatched) return cluster_.Check();
  return followed;
}

absl::StatusOr<int> Run::Do(const JobSource& source) {
  NEPA_ASSIGN_OR_RETURN(const ChosenJob chosen, ChooseJob(client_, source, context_.env()));
  for (const std::string& remark : chosen.remarks) printer_.PrintLine(remark);
  const WorkerShape shape = ShapeFor(source.job.spec.resources);
  NEPA_RETURN_IF_ERROR(cluster_.StartWorker(shape.slots, shape.device));
  NEPA_ASSIGN_OR_RETURN(const Followed followed,
                        FollowUntil(chosen.job.id(), [](const v1::Job&) { return false; }));
  if (followed.end == FollowEnd::kInterrupted) return Pause(chosen.job.id());
  cluster_.Stop();
  return Finish(followed.job);
}

absl::StatusOr<int> Run::Pause(const std::string& job) {
  printer_.PrintLine("Pausing at a checkpoint; Ctrl-C again stops at once.");
  const absl::StatusOr<v1::Job> asked = client_.PauseJob(job);
  // Too late to pause where it ended meanwhile.
  if (!asked.ok() && !absl::IsFailedPrecondition(asked.status())) return asked.status();
  NEPA_ASSIGN_OR_RETURN(const Followed followed, FollowUntil(job, [](const v1::Job& news) {
                          return news.phase() == v1::PHASE_PAUSED;
                        }));
  if (followed.end == FollowEnd::kInterrupted) {
    cluster_.Kill();
    printer_.PrintLine("Stopped at once; it goes on from its last checkpoint.");
    SayHowToGoOn();
    return kExitInterrupted;
  }
  cluster_.Stop();
  if (IsFinal(followed.job.phase())) return Finish(followed.job);
  SayHowToGoOn();
  if (context_.json()) context_.PrintJson(JobJson(followed.job));
  return kExitInterrupted;
}

absl::StatusOr<int> Run::Finish(const v1::Job& job) {
  // A file is refused also where only a rank could see that its model, of this folder's registry,
  // is not as it says.
  const bool refused = job.phase() == v1::PHASE_FAILED && job.exit().kind() == "invalid_job";
  if (context_.json()) {
    context_.PrintJson(JobJson(job));
  } else if (refused) {
    context_.Note(job.exit().message());  // FILE:LINE:COLUMN: field: message
  } else {
    context_.Print(absl::StrCat(EndLine(job, context_.color()), "\n"));
    context_.Print(job.phase() == v1::PHASE_SUCCEEDED
                       ? absl::StrCat("Its checkpoints, logs and ledger: ", job.folder(), "\n")
                       : absl::StrCat("What its ranks wrote: ", job.folder(), "/logs\n"));
  }
  return refused ? int{kExitUsage} : ExitCodeOf(job);
}

void Run::SayHowToGoOn() {
  printer_.PrintLine(absl::StrCat("Go on with: ", ShellCommand(context_.env().arguments)));
}

absl::StatusOr<StateFolder> OpenFolder(Context& context, const std::string& path) {
  absl::StatusOr<StateFolder> folder = StateFolder::Open(path, absl::ZeroDuration());
  if (!absl::IsFailedPrecondition(folder.status())) return folder;
  context.Note(absl::StrCat("Waiting for another run in ", path, " to end."));
  return StateFolder::Open(path, kLockPatience);
}

absl::StatusOr<int> RunFile(Context& context, const RunFlags& flags) {
  NEPA_ASSIGN_OR_RETURN(const JobSource source, ReadJobSource(flags.file));
  NEPA_RETURN_IF_ERROR(CheckDisk(source.job, "nepactl run").status());
  // Before the first thread, and before the first child.
  Interrupts interrupts;
  const std::string path =
      flags.state.empty() ? absl::StrCat("nepa-run/", source.job.spec.name) : flags.state;
  NEPA_ASSIGN_OR_RETURN(const StateFolder folder, OpenFolder(context, path));
  context.Note(absl::StrCat("Everything of this run is kept in ", folder.path()));
  NEPA_ASSIGN_OR_RETURN(EmbeddedCluster cluster, EmbeddedCluster::StartCoordinator(folder));
  absl::StatusOr<int> code = Run(context, interrupts, cluster).Do(source);
  // In order also after an error; nothing to do where it was stopped already.
  cluster.Stop();
  return code;
}

}  // namespace

void AddRun(CommandLine& line) {
  const auto flags = std::make_shared<RunFlags>();
  CLI::App* const command = line.Add(
      "run", "Train on this machine: starts all that is needed for one job, and stops it after",
      "  nepactl run examples/fashion_pretrain.yaml\n"
      "  nepactl run pretrain.yaml --state runs/a --set schedule.epochs=1\n\n"
      "Needs no daemons: coordinator and worker run as children, on free loopback ports. Ends "
      "with\n"
      "the job's exit code. Ctrl-C pauses the job at a checkpoint, a second one stops at once; "
      "the\n"
      "same command goes on where it stopped.",
      [flags](Context& context) { return RunFile(context, *flags); });
  AddJobFileFlags(command, &flags->file);
  command
      ->add_option("--state", flags->state,
                   "Where everything of the run is kept [nepa-run/NAME OF THE JOB]")
      ->type_name("DIR");
}

}  // namespace nepa::cli
