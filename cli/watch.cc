// nepactl watch
#include <poll.h>

#include <cerrno>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/follow.h"
#include "cli/jobs_stream.h"
#include "cli/progress.h"
#include "cli/progress_printer.h"
#include "cli/watch_screens.h"
#include "cli/words.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

// One job as a line of JSON for each change.
absl::StatusOr<int> WatchAsJson(Context& context, Interrupts& interrupts, const std::string& name) {
  NEPA_ASSIGN_OR_RETURN(const v1::Job job, context.client().GetJob(name));
  NEPA_ASSIGN_OR_RETURN(
      const Followed followed,
      Follow(context.client(), interrupts,
             {.job = job.id(),
              .show = [&](const v1::Job& news) { context.Print(DumpJsonLine(JobJson(news))); },
              .until = [](const v1::Job&) { return false; },
              .watched = {}}));
  return followed.end == FollowEnd::kInterrupted ? int{kExitInterrupted} : ExitCodeOf(followed.job);
}

// Tells all jobs where there is no screen: a line of JSON for each change, or a line of text for
// each job that changed, as ProgressPrinter has it.
class Teller {
 public:
  explicit Teller(Context& context) : context_(context) {}

  void Tell(const v1::WatchJobsResponse& news) {
    if (context_.json()) {
      Json list = Json::array();
      for (const v1::Job& job : news.jobs()) list.push_back(JobJson(job));
      context_.Print(DumpJsonLine(list));
      return;
    }
    for (const v1::Job& job : news.jobs()) TellJob(job);
    began_ = false;
  }

 private:
  void TellJob(const v1::Job& job) {
    if (!IsFinal(job.phase())) {
      const auto printer = printers_.try_emplace(job.id(), context_.ProgressTarget()).first;
      return printer->second.Show(job, context_.now());
    }
    // Those that had ended when the watching began are no news.
    if (ended_.insert(job.id()).second && !began_) {
      context_.Print(absl::StrCat(EndLine(job, context_.color()), "\n"));
    }
    printers_.erase(job.id());
  }

  Context& context_;
  bool began_ = true;
  std::map<std::string, ProgressPrinter> printers_;
  std::set<std::string> ended_;
};

absl::StatusOr<int> WatchAllAsLines(Context& context, Interrupts& interrupts) {
  Teller teller(context);
  JobsStream stream(context.client(), /*limit=*/0);
  for (;;) {
    pollfd polled[] = {{.fd = interrupts.fd(), .events = POLLIN, .revents = 0},
                       {.fd = stream.fd(), .events = POLLIN, .revents = 0}};
    if (::poll(polled, 2, -1) < 0 && errno != EINTR) return ErrnoStatus(errno, "watching jobs");
    JobsStream::News news = stream.Take();
    if (news.newest.has_value()) teller.Tell(*news.newest);
    if (interrupts.Take()) return int{kExitInterrupted};
    if (news.end.has_value()) return *std::move(news.end);
  }
}

absl::StatusOr<int> Watch(Context& context, const std::string& name) {
  Interrupts interrupts;
  const bool screen = context.env().out_is_terminal && !context.json();
  if (name.empty()) {
    return screen ? WatchAllOnScreen(context, interrupts) : WatchAllAsLines(context, interrupts);
  }
  if (context.json()) return WatchAsJson(context, interrupts, name);
  return screen ? WatchJobOnScreen(context, interrupts, name)
                : FollowToTheEnd(context, interrupts, name);
}

}  // namespace

void AddWatch(CommandLine& line) {
  const auto job = std::make_shared<std::string>();
  CLI::App* const command = line.Add(
      "watch", "Follow a job to its end with its curves, or all jobs until Ctrl-C",
      "  nepactl watch fashion-pretrain      ends with the job: 0 if it succeeded, else 1\n"
      "  nepactl watch                       a live table of all jobs\n"
      "  nepactl watch | tee jobs.log        no terminal: a line for each change\n"
      "  nepactl watch j17 -o json           one job object a line, for each change",
      [job](Context& context) { return Watch(context, *job); });
  command->add_option("JOB", *job, "Id or name of a job [all]")->type_name("");
}

}  // namespace nepa::cli
