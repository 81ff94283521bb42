// nepactl watch
#include <poll.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/follow.h"
#include "cli/job_rows.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

// The coordinator offers no stream of all jobs; a listing once a second is cheap.
constexpr int kListMilliseconds = 1000;

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

// All jobs, drawn over again on a terminal, else printed when something changed.
absl::StatusOr<int> WatchAll(Context& context, Interrupts& interrupts) {
  std::string shown;
  for (;;) {
    NEPA_ASSIGN_OR_RETURN(const std::vector<v1::Job> jobs, context.client().ListJobs(0));
    std::string text;
    if (context.json()) {
      Json list = Json::array();
      for (const v1::Job& job : jobs) list.push_back(JobJson(job));
      text = DumpJsonLine(list);
    } else {
      text = JobTable(jobs, context.now()).Render(context.color());
    }
    if (context.env().out_is_terminal && !context.json()) {
      context.Print("\033[H\033[2J" + text);
    } else if (text != shown) {
      context.Print(text);
    }
    shown = text;
    pollfd polled{.fd = interrupts.fd(), .events = POLLIN, .revents = 0};
    ::poll(&polled, 1, kListMilliseconds);
    if (interrupts.Take()) return kExitInterrupted;
  }
}

absl::StatusOr<int> Watch(Context& context, const std::string& name) {
  Interrupts interrupts;
  if (name.empty()) return WatchAll(context, interrupts);
  if (context.json()) return WatchAsJson(context, interrupts, name);
  return FollowToTheEnd(context, interrupts, name);
}

}  // namespace

void AddWatch(CommandLine& line) {
  const auto job = std::make_shared<std::string>();
  CLI::App* const command = line.Add(
      "watch", "Follow a job to its end, or all jobs until Ctrl-C",
      "  nepactl watch fashion-pretrain      ends with the job: 0 if it succeeded, else 1\n"
      "  nepactl watch                       the list, drawn again each second\n"
      "  nepactl watch j17 -o json           one job object a line, for each change",
      [job](Context& context) { return Watch(context, *job); });
  command->add_option("JOB", *job, "Id or name of a job [all]")->type_name("");
}

}  // namespace nepa::cli
