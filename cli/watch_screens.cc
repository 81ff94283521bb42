#include "cli/watch_screens.h"

#include <poll.h>

#include <cerrno>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/failure.h"
#include "cli/follow.h"
#include "cli/job_screen.h"
#include "cli/job_stream.h"
#include "cli/jobs_stream.h"
#include "cli/progress.h"
#include "cli/resizes.h"
#include "cli/screen.h"
#include "cli/watch_table.h"
#include "cli/words.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

// The history of metrics is asked for at most this often.
constexpr absl::Duration kHistoryInterval = absl::Seconds(1);
// More points than the coordinator keeps of a job: time to fetch the thinned history anew.
constexpr size_t kMostPoints = 8000;

// Blocks until there is something to read.
absl::Status WaitForAny(std::vector<int> fds) {
  std::vector<pollfd> polled;
  for (const int fd : fds) polled.push_back({.fd = fd, .events = POLLIN, .revents = 0});
  if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) {
    return ErrnoStatus(errno, "waiting for news");
  }
  return absl::OkStatus();
}

// What the screen of one job shows, brought up to date by news of it.
class JobPicture {
 public:
  JobPicture(Client& client, v1::Job job) : client_(client), job_(std::move(job)) {}

  const v1::Job& job() const { return job_; }

  absl::Status Take(const v1::Job& news, absl::Time now) {
    const bool happened = events_.empty() || news.phase() != job_.phase() ||
                          news.attempt() != job_.attempt() ||
                          news.checkpoints_size() != job_.checkpoints_size();
    // A new attempt goes on from a checkpoint: what came after it never was.
    if (news.attempt() != job_.attempt()) points_.clear();
    job_ = news;
    if (happened) {
      NEPA_ASSIGN_OR_RETURN(events_, client_.ListEvents(job_.id()));
    }
    if (!happened && now - fetched_at_ < kHistoryInterval) return absl::OkStatus();
    fetched_at_ = now;
    return FetchPoints();
  }

  std::vector<std::string> Lines(absl::Time now, const TerminalSize& size, bool color) const {
    return JobScreenLines(job_, points_, events_, now, size, color);
  }

 private:
  // An evaluation may still come to the last point.
  absl::Status FetchPoints() {
    if (points_.size() > kMostPoints) points_.clear();
    const int64_t from = points_.empty() ? 0 : points_.back().step();
    NEPA_ASSIGN_OR_RETURN(std::vector<v1::MetricPoint> later, client_.GetMetrics(job_.id(), from));
    while (!points_.empty() && points_.back().step() >= from) points_.pop_back();
    points_.insert(points_.end(), std::make_move_iterator(later.begin()),
                   std::make_move_iterator(later.end()));
    return absl::OkStatus();
  }

  Client& client_;
  v1::Job job_;
  std::vector<v1::MetricPoint> points_;
  std::vector<v1::Event> events_;
  absl::Time fetched_at_ = absl::InfinitePast();
};

// Until the job's end: true, or a signal: false.
absl::StatusOr<bool> ShowJob(Context& context, Interrupts& interrupts, Resizes& resizes,
                             JobPicture& picture) {
  Screen screen(context.env().out);
  JobStream stream(context.client(), picture.job().id());
  for (;;) {
    NEPA_RETURN_IF_ERROR(WaitForAny({interrupts.fd(), resizes.fd(), stream.fd()}));
    JobStream::News news = stream.Take();
    if (news.newest.has_value()) {
      NEPA_RETURN_IF_ERROR(picture.Take(*news.newest, context.now()));
    }
    if (IsFinal(picture.job().phase())) return true;
    if (interrupts.Take()) return false;
    resizes.Take();
    screen.Draw(picture.Lines(context.now(), context.env().terminal_size(), context.color()),
                context.env().terminal_size());
    if (news.end.has_value() && !news.end->ok()) return *std::move(news.end);
  }
}

}  // namespace

absl::StatusOr<int> WatchAllOnScreen(Context& context, Interrupts& interrupts) {
  Resizes resizes;
  TerminalSize size = context.env().terminal_size();
  Screen screen(context.env().out);
  auto stream = std::make_unique<JobsStream>(context.client(), size.rows);
  std::optional<v1::WatchJobsResponse> shown;
  for (;;) {
    NEPA_RETURN_IF_ERROR(WaitForAny({interrupts.fd(), resizes.fd(), stream->fd()}));
    if (interrupts.Take()) return int{kExitInterrupted};
    JobsStream::News news = stream->Take();
    if (news.newest.has_value()) shown = std::move(news.newest);
    if (news.end.has_value()) return *std::move(news.end);
    if (resizes.Take()) {
      const TerminalSize before = std::exchange(size, context.env().terminal_size());
      if (size.rows > before.rows) {
        stream = std::make_unique<JobsStream>(context.client(), size.rows);
      }
    }
    if (shown.has_value()) {
      screen.Draw(WatchLines(*shown, context.now(), size, context.color()), size);
    }
  }
}

absl::StatusOr<int> WatchJobOnScreen(Context& context, Interrupts& interrupts,
                                     const std::string& name) {
  Resizes resizes;
  NEPA_ASSIGN_OR_RETURN(v1::Job job, context.client().GetJob(name));
  JobPicture picture(context.client(), std::move(job));
  if (!IsFinal(picture.job().phase())) {
    NEPA_ASSIGN_OR_RETURN(const bool ended, ShowJob(context, interrupts, resizes, picture));
    if (!ended) {
      context.Note(StillGoingOn(picture.job()));
      return int{kExitInterrupted};
    }
  }
  context.Print(absl::StrCat(EndLine(picture.job(), context.color()), "\n"));
  return ExitCodeOf(picture.job());
}

}  // namespace nepa::cli
