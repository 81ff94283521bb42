// nepa-trainer: one rank of one job. docs/formats/trainer-frames.md says what its worker and it say
// to each other; without a worker it trains alone and writes for people.
#include <ATen/Parallel.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/base/version.h"
#include "common/config/job_rules.h"
#include "common/config/job_spec_json.h"
#include "common/flags/mistake.h"
#include "common/frames/trainer_job.h"
#include "common/io/file.h"
#include "worker/train/collective/collective.h"
#include "worker/train/collective/gloo.h"
#include "worker/train/loop/check.h"
#include "worker/train/loop/control.h"
#include "worker/train/loop/ending.h"
#include "worker/train/loop/frame_output.h"
#include "worker/train/loop/loader_threads.h"
#include "worker/train/loop/session.h"
#include "worker/train/loop/span_log.h"
#include "worker/train/loop/standby.h"
#include "worker/train/loop/train.h"
#include "worker/train/model/process.h"

namespace nepa::loop {
namespace {

using frames::ExitKind;

constexpr size_t kMaxJobBytes = 4 << 20;

struct Flags {
  std::string config;
  bool check = false;
  bool standby = false;
  int frames_fd = -1;
  int control_fd = -1;
};

struct Order {
  frames::TrainerJob trainer;
  config::JobFile job;
};

// What a worker hands over was accepted when it was submitted; a job file written for a trainer
// that runs alone is judged here.
absl::StatusOr<Order> ReadOrder(const std::string& path, bool accepted) {
  NEPA_ASSIGN_OR_RETURN(const std::string text, io::ReadFile(path, kMaxJobBytes));
  absl::StatusOr<frames::TrainerJob> trainer = frames::DecodeTrainerJob(text);
  if (!trainer.ok()) return Annotate(trainer.status(), path);
  absl::StatusOr<config::JobFile> job = accepted
                                            ? config::AcceptedJobFromJson(trainer->job_file_json)
                                            : config::JobFileFromJson(trainer->job_file_json);
  if (!job.ok()) return Annotate(job.status(), path);
  const std::vector<config::BrokenRule> broken = config::ImpossibleValues(job->spec);
  if (!broken.empty()) return JobFault(*job, broken[0].fields[0], broken[0].message);
  return Order{*std::move(trainer), *std::move(job)};
}

absl::StatusOr<std::unique_ptr<collective::Collective>> Join(const frames::TrainerJob& order) {
  if (order.world_size == 1) return collective::MakeSingleProcess();
  return collective::JoinGloo({.store_host = order.store_host,
                               .store_port = order.store_port,
                               .rank = order.rank,
                               .world_size = order.world_size});
}

// What there is to say about a job that fits.
absl::StatusOr<std::string> CheckOnly(const Order& order) {
  if (order.trainer.resume_from.empty()) {
    NEPA_ASSIGN_OR_RETURN(const CheckedJob checked, CheckOutline(order.trainer, order.job));
    return Describe(checked);
  }
  SpanLog spans;
  NEPA_ASSIGN_OR_RETURN(const Session session, PrepareSession(order.trainer, order.job, spans));
  return absl::StrCat("goes on from step ", session.step, " of ", session.plan.total_steps);
}

// Does what the flags ask for; what there is to say about it.
absl::StatusOr<std::string> Execute(const Flags& flags, const StopRequest& stop,
                                    FrameOutput& output) {
  SpanLog spans;
  std::optional<Timed> reading(std::in_place, spans, "train", "read job");
  absl::StatusOr<Order> order = ReadOrder(flags.config, /*accepted=*/flags.frames_fd >= 0);
  reading.reset();
  if (!order.ok()) return EndWith(ExitKind::kInvalidJob, order.status());
  if (flags.check) return CheckOnly(*order);
  at::set_num_threads(RankThreads(order->trainer));
  NEPA_ASSIGN_OR_RETURN(Session session, PrepareSession(order->trainer, order->job, spans));
  NEPA_RETURN_IF_ERROR(EndWith(ExitKind::kStorage, io::MakeFolders(order->trainer.folder)));
  absl::StatusOr<std::unique_ptr<collective::Collective>> group = [&] {
    const Timed joining(spans, "train", "join ranks");
    return Join(order->trainer);
  }();
  if (!group.ok()) return EndWith(ExitKind::kCollective, group.status());
  NEPA_RETURN_IF_ERROR(Train(session, **group, stop, output, spans));
  return absl::StrCat(session.step, " steps done");
}

// The one place where exceptions of LibTorch and of the standard library end.
frames::Exit ExecuteCatching(const Flags& flags, const StopRequest& stop, FrameOutput& output) {
  try {
    const absl::StatusOr<std::string> done = Execute(flags, stop, output);
    if (!done.ok()) return ExitFor(done.status());
    return {ExitKind::kSucceeded, *done};
  } catch (const std::exception& error) {
    LogError("exception in training", {{"what", error.what()}});
    return ExitForException(error);
  }
}

// Becomes the rank that the worker names; none where it names none, and then this process ends.
absl::StatusOr<std::optional<Flags>> BecomeRank(Flags flags) {
  NEPA_ASSIGN_OR_RETURN(const std::optional<frames::Begin> begin, AwaitBegin(flags.control_fd));
  if (!begin.has_value()) return std::nullopt;
  flags.config = begin->config;
  NEPA_RETURN_IF_ERROR(AppendOutputTo(begin->log));
  return flags;
}

int RunRank(const Flags& flags) {
  static StopRequest stop;  // outlives the signal handler
  std::unique_ptr<ControlPipe> control;
  if (flags.control_fd >= 0) {
    control = std::make_unique<ControlPipe>(io::UniqueFd(flags.control_fd), stop);
    // Ctrl-C in a terminal reaches the whole process group; what it means is the worker's to say.
    ::signal(SIGINT, SIG_IGN);
  } else if (!flags.check) {
    StopOnSignals(stop);
  }
  const std::unique_ptr<FrameOutput> output =
      flags.frames_fd >= 0 ? MakePipeOutput(io::UniqueFd(flags.frames_fd)) : MakeTextOutput();

  const frames::Exit exit = ExecuteCatching(flags, stop, *output);
  output->Send(exit);
  const bool well = exit.kind == ExitKind::kSucceeded || exit.kind == ExitKind::kStopped;
  return well ? 0 : 1;
}

int Main(const Flags& flags) {
  // A worker that is gone shows on the control pipe, not in a signal.
  ::signal(SIGPIPE, SIG_IGN);
  if (!flags.standby) return RunRank(flags);
  const absl::StatusOr<std::optional<Flags>> rank = BecomeRank(flags);
  if (rank.ok()) return rank->has_value() ? RunRank(**rank) : 0;
  LogError("cannot become a rank", {{"why", rank.status().message()}});
  MakePipeOutput(io::UniqueFd(flags.frames_fd))
      ->Send(frames::Exit{ExitKind::kStorage, std::string(rank.status().message())});
  return 1;
}

}  // namespace
}  // namespace nepa::loop

int main(int argc, char** argv) {
  constexpr int kWrongUsage = 2;
  nepa::model::LimitSpinning(argv);
  nepa::model::KeepFreedMemory();
  CLI::App app("Trains one rank of one job. A worker starts it; it also runs alone.",
               "nepa-trainer");
  nepa::loop::Flags flags;
  app.set_version_flag("--version", std::string("nepa-trainer ") + nepa::kVersion);
  CLI::Option* const config = app.add_option(
      "--config", flags.config, "the rank's job, JSON (docs/formats/trainer-frames.md)");
  CLI::Option* const standby =
      app.add_flag("--standby", flags.standby,
                   "load everything, then wait for a worker to name the job on the control pipe");
  standby->excludes(config);
  app.add_flag("--check", flags.check,
               "only check the job against data, model folder and checkpoint, and tell all faults");
  CLI::Option* const frames =
      app.add_option("--frames-fd", flags.frames_fd,
                     "descriptor to write frames to; without it, lines for people go to stdout");
  CLI::Option* const control = app.add_option(
      "--control-fd", flags.control_fd,
      "descriptor to read control lines from; its end means that the worker is gone");
  standby->needs(frames)->needs(control);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::cerr << "nepa-trainer: " << nepa::flags::Mistake(app, error)
              << "\nRun with --help for the flags.\n";
    return kWrongUsage;
  }
  if (flags.config.empty() && !flags.standby) {
    std::cerr << "nepa-trainer: --config: name the rank's job\nRun with --help for the flags.\n";
    return kWrongUsage;
  }
  return nepa::loop::Main(flags);
}
