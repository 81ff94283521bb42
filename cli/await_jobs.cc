#include "cli/await_jobs.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/job_stream.h"
#include "cli/words.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

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

// Judges the job as it is now, and tells once where that leads.
void Judge(const AwaitRequest& request, v1::Job job, Waiting* waiting) {
  waiting->job = std::move(job);
  waiting->state = request.judge(waiting->job);
  if (waiting->state != Awaited::kNotYet && request.settled) request.settled(waiting->job);
}

// Takes what the stream has.
absl::Status TakeNews(const AwaitRequest& request, Waiting* waiting) {
  JobStream::News news = waiting->stream->Take();
  if (news.newest.has_value()) Judge(request, *std::move(news.newest), waiting);
  if (waiting->state == Awaited::kNotYet && news.end.has_value()) return *std::move(news.end);
  return absl::OkStatus();
}

// Why the waiting is over, as things stand; nothing while it is not.
std::optional<AwaitResult::End> EndOf(const std::vector<Waiting>& all, bool time_is_up) {
  const auto any = [&](Awaited state) {
    return std::any_of(all.begin(), all.end(),
                       [state](const Waiting& waiting) { return waiting.state == state; });
  };
  if (any(Awaited::kNever)) return AwaitResult::End::kNever;
  if (!any(Awaited::kNotYet)) return AwaitResult::End::kReached;
  if (time_is_up) return AwaitResult::End::kTimeout;
  return std::nullopt;
}

absl::StatusOr<AwaitResult::End> WaitForAll(Context& context, Interrupts& interrupts,
                                            const AwaitRequest& request,
                                            std::vector<Waiting>& all) {
  for (;;) {
    const absl::Time now = context.now();
    if (const auto end = EndOf(all, now >= request.deadline)) return *end;
    std::vector<pollfd> polled = {{.fd = interrupts.fd(), .events = POLLIN, .revents = 0}};
    for (Waiting& waiting : all) {
      if (waiting.state != Awaited::kNotYet) continue;
      if (waiting.stream == nullptr) {
        waiting.stream = std::make_unique<JobStream>(context.client(), waiting.job.id());
      }
      polled.push_back({.fd = waiting.stream->fd(), .events = POLLIN, .revents = 0});
    }
    if (::poll(polled.data(), polled.size(), PollMilliseconds(now, request.deadline)) < 0 &&
        errno != EINTR) {
      return ErrnoStatus(errno, "waiting for jobs");
    }
    if (interrupts.Take()) return AwaitResult::End::kInterrupted;
    for (Waiting& waiting : all) {
      if (waiting.state != Awaited::kNotYet) continue;
      NEPA_RETURN_IF_ERROR(TakeNews(request, &waiting));
    }
  }
}

}  // namespace

absl::StatusOr<AwaitResult> AwaitJobs(Context& context, Interrupts& interrupts,
                                      const AwaitRequest& request) {
  std::vector<Waiting> all(request.jobs.size());
  for (size_t i = 0; i < all.size(); ++i) Judge(request, request.jobs[i], &all[i]);
  AwaitResult result;
  NEPA_ASSIGN_OR_RETURN(result.end, WaitForAll(context, interrupts, request, all));
  for (Waiting& waiting : all) {
    if (waiting.state == Awaited::kNotYet) {
      result.missing.push_back(absl::StrCat(waiting.job.id(), " ", PhaseWord(waiting.job.phase())));
    }
    result.jobs.push_back(std::move(waiting.job));
  }
  return result;
}

int ExitCodeOf(AwaitResult::End end) {
  switch (end) {
    case AwaitResult::End::kReached:
      return kExitDone;
    case AwaitResult::End::kNever:
      return kExitJobFailed;
    case AwaitResult::End::kTimeout:
      return kExitTimeout;
    case AwaitResult::End::kInterrupted:
      break;
  }
  return kExitInterrupted;
}

absl::StatusOr<absl::Time> DeadlineFor(const Context& context, const std::string& text) {
  if (text.empty()) return absl::InfiniteFuture();
  const auto timeout = ParseTimeout(text);
  if (!timeout.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--timeout '", text, "' is not a time like 30s, 24h at most"));
  }
  return context.now() + *timeout;
}

}  // namespace nepa::cli
