// nepactl wait
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/awaited.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/interrupts.h"
#include "cli/job_stream.h"
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

// One of the jobs, with the stream that tells of its changes while that is needed.
struct Waiting {
  v1::Job job;
  Awaited state = Awaited::kNotYet;
  std::unique_ptr<JobStream> stream;
};

// Milliseconds for poll(): -1 without a deadline.
int PollMilliseconds(absl::Time now, absl::Time deadline) {
  if (deadline == absl::InfiniteFuture()) return -1;
  const int64_t left = absl::ToInt64Milliseconds(absl::Ceil(deadline - now, absl::Milliseconds(1)));
  return static_cast<int>(std::clamp<int64_t>(left, 0, 1'000'000'000));
}

// What there is to tell of a job that came, or can no longer come, where it should.
std::string Outcome(const v1::Job& job, bool color) {
  if (IsFinal(job.phase())) return EndLine(job, color);
  return absl::StrCat(JobTitle(job), " ",
                      Colored(PhaseWord(job.phase()), PhaseColor(job.phase()), color));
}

// `phase` is what is waited for. Tells once where that leads.
void Judge(Context& context, const std::string& phase, v1::Job job, Waiting* waiting) {
  waiting->job = std::move(job);
  waiting->state = JudgeAwaited(phase, waiting->job);
  if (waiting->state != Awaited::kNotYet && !context.json()) {
    context.Print(absl::StrCat(Outcome(waiting->job, context.color()), "\n"));
  }
}

// Takes what the stream has.
absl::Status TakeNews(Context& context, const std::string& phase, Waiting* waiting) {
  JobStream::News news = waiting->stream->Take();
  if (news.job.has_value()) Judge(context, phase, *std::move(news.job), waiting);
  if (waiting->state == Awaited::kNotYet && news.end.has_value()) return *std::move(news.end);
  return absl::OkStatus();
}

// Until every job is there, one can no longer come there, time is over or a signal came.
absl::StatusOr<int> WaitForAll(Context& context, const WaitFlags& flags, absl::Time deadline,
                               Interrupts& interrupts, std::vector<Waiting>& all) {
  for (Waiting& waiting : all) {
    if (waiting.state == Awaited::kNotYet) {
      waiting.stream = std::make_unique<JobStream>(context.client(), waiting.job.id());
    }
  }
  for (;;) {
    std::vector<std::string> missing;
    std::vector<pollfd> polled = {{.fd = interrupts.fd(), .events = POLLIN, .revents = 0}};
    for (Waiting& waiting : all) {
      if (waiting.state == Awaited::kNever) return int{kExitJobFailed};
      if (waiting.state == Awaited::kReached) continue;
      missing.push_back(absl::StrCat(waiting.job.id(), " ", PhaseWord(waiting.job.phase())));
      polled.push_back({.fd = waiting.stream->fd(), .events = POLLIN, .revents = 0});
    }
    if (missing.empty()) return int{kExitDone};
    if (context.now() >= deadline) {
      context.Note(absl::StrCat("Waited ", flags.timeout, " for ", flags.phase, "; still ",
                                absl::StrJoin(missing, ", "), "."));
      return int{kExitTimeout};
    }
    if (::poll(polled.data(), polled.size(), PollMilliseconds(context.now(), deadline)) < 0 &&
        errno != EINTR) {
      return ErrnoStatus(errno, "waiting for jobs");
    }
    if (interrupts.Take()) return int{kExitInterrupted};
    for (Waiting& waiting : all) {
      if (waiting.state != Awaited::kNotYet) continue;
      NEPA_RETURN_IF_ERROR(TakeNews(context, flags.phase, &waiting));
    }
  }
}

absl::StatusOr<int> Wait(Context& context, const WaitFlags& flags) {
  absl::Time deadline = absl::InfiniteFuture();
  if (!flags.timeout.empty()) {
    const auto timeout = ParseTimeout(flags.timeout);
    if (!timeout.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--timeout '", flags.timeout, "' is not a time like 30s, 24h at most"));
    }
    deadline = context.now() + *timeout;
  }
  Interrupts interrupts;
  std::vector<Waiting> all;
  for (const std::string& name : flags.jobs) {
    NEPA_ASSIGN_OR_RETURN(v1::Job job, context.client().GetJob(name));
    Judge(context, flags.phase, std::move(job), &all.emplace_back());
  }
  NEPA_ASSIGN_OR_RETURN(const int code, WaitForAll(context, flags, deadline, interrupts, all));
  if (context.json()) {
    Json list = Json::array();
    for (const Waiting& waiting : all) list.push_back(JobJson(waiting.job));
    context.PrintJson(list);
  }
  return code;
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
