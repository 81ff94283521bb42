#include "cli/follow.h"

#include <poll.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/job_stream.h"
#include "cli/progress_printer.h"
#include "cli/words.h"
#include "common/base/status.h"

namespace nepa::cli {

absl::StatusOr<Followed> Follow(Client& client, Interrupts& interrupts,
                                const FollowRequest& request) {
  JobStream stream(client, request.job);
  std::vector<pollfd> polled = {{.fd = stream.fd(), .events = POLLIN, .revents = 0},
                                {.fd = interrupts.fd(), .events = POLLIN, .revents = 0}};
  for (const int fd : request.watched) polled.push_back({.fd = fd, .events = POLLIN, .revents = 0});
  Followed followed;
  for (;;) {
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) {
      return ErrnoStatus(errno, absl::StrCat("following job ", request.job));
    }
    // News first: a job that ended as the signal came has ended.
    JobStream::News news = stream.Take();
    if (news.newest.has_value()) {
      followed.job = *std::move(news.newest);
      request.show(followed.job);
      if (request.until(followed.job) || IsFinal(followed.job.phase())) return followed;
    }
    if (interrupts.Take()) {
      followed.end = FollowEnd::kInterrupted;
      return followed;
    }
    for (size_t i = 2; i < polled.size(); ++i) {
      if (polled[i].revents != 0) {
        followed.end = FollowEnd::kWatched;
        return followed;
      }
    }
    if (news.end.has_value()) {
      if (news.end->ok()) return followed;
      return *std::move(news.end);
    }
  }
}

int ExitCodeOf(const v1::Job& job) {
  return job.phase() == v1::PHASE_FAILED || job.phase() == v1::PHASE_CANCELLED ? kExitJobFailed
                                                                               : kExitDone;
}

std::string StillGoingOn(const v1::Job& job) {
  return absl::StrCat("The job goes on without you looking: nepactl watch ", job.id(),
                      " follows it again, nepactl cancel ", job.id(), " ends it.");
}

absl::StatusOr<int> FollowToTheEnd(Context& context, Interrupts& interrupts,
                                   const std::string& name) {
  NEPA_ASSIGN_OR_RETURN(const v1::Job job, context.client().GetJob(name));
  ProgressPrinter printer(context.ProgressTarget());
  absl::StatusOr<Followed> followed =
      Follow(context.client(), interrupts,
             {.job = job.id(),
              .show = [&](const v1::Job& news) { printer.Show(news, context.now()); },
              .until = [](const v1::Job&) { return false; },
              .watched = {}});
  printer.EndDrawing();
  if (!followed.ok()) return followed.status();
  if (followed->end == FollowEnd::kInterrupted) {
    context.Note(StillGoingOn(job));
    return kExitInterrupted;
  }
  if (context.json()) {
    context.PrintJson(JobJson(followed->job));
  } else {
    context.Print(absl::StrCat(EndLine(followed->job, context.color()), "\n"));
  }
  return ExitCodeOf(followed->job);
}

}  // namespace nepa::cli
