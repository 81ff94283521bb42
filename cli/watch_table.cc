#include "cli/watch_table.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "cli/format.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/words.h"

namespace nepa::cli {
namespace {

constexpr size_t kBarColumns = 10;
constexpr size_t kLongestName = 24;

std::string Metric(const v1::Job& job, const char* name) {
  const auto found = job.metrics().find(name);
  return found == job.metrics().end() ? "" : MetricText(name, found->second);
}

std::string Progress(const v1::Job& job) {
  if (job.total_steps() == 0) return "";
  const double done = static_cast<double>(job.step()) / static_cast<double>(job.total_steps());
  return absl::StrCat(BarText(done, kBarColumns), absl::StrFormat(" %3.0f %%", 100 * done));
}

std::string Left(const v1::Job& job) {
  if (job.phase() != v1::PHASE_RUNNING) return "";
  const auto left = TimeLeft(job);
  return left.has_value() ? DurationText(*left) : "";
}

// Why it is not simply running; of an ended one how it ended.
std::string Reason(const v1::Job& job) {
  if (job.phase() == v1::PHASE_FAILED && job.has_exit()) return job.exit().message();
  return job.phase() == v1::PHASE_SUCCEEDED ? "" : job.reason();
}

Table JobsTable(const v1::WatchJobsResponse& news) {
  Table table({{"ID"},
               {"NAME"},
               {"PHASE"},
               {"PROGRESS"},
               {"STEP", Align::kRight},
               {"LOSS", Align::kRight},
               {"IMAGES/S", Align::kRight},
               {"LEFT", Align::kRight},
               {"REASON"}});
  for (const v1::Job& job : news.jobs()) {
    const bool runs = job.phase() == v1::PHASE_RUNNING;
    table.AddRow({job.id(),
                  CutToWidth(job.name(), kLongestName),
                  {PhaseWord(job.phase()), PhaseColor(job.phase())},
                  Progress(job),
                  CountText(job.step()),
                  Metric(job, "loss"),
                  runs ? Metric(job, "images_per_second") : "",
                  Left(job),
                  Reason(job)});
  }
  return table;
}

// "5 jobs: 2 RUNNING, 3 QUEUED".
std::string Counts(const v1::WatchJobsResponse& news) {
  std::string text =
      absl::StrCat(CountText(news.total_jobs()), news.total_jobs() == 1 ? " job" : " jobs");
  const char* separator = ": ";
  for (const v1::PhaseCount& count : news.phases()) {
    if (count.jobs() == 0) continue;
    absl::StrAppend(&text, separator, CountText(count.jobs()), " ", PhaseWord(count.phase()));
    separator = ", ";
  }
  return text;
}

// "slots 3 of 8 used on 2 workers, 1 worker takes no jobs".
std::string Slots(const v1::WatchJobsResponse& news) {
  int64_t used = 0, total = 0, ready = 0, others = 0;
  for (const v1::Worker& worker : news.workers()) {
    if (worker.state() != v1::WORKER_STATE_READY) {
      ++others;
      continue;
    }
    ++ready;
    used += worker.slots().used();
    total += worker.slots().total();
  }
  std::string text = ready == 0 ? std::string("no worker is ready")
                                : absl::StrCat("slots ", used, " of ", total, " used on ", ready,
                                               ready == 1 ? " worker" : " workers");
  if (others > 0) {
    absl::StrAppend(&text, ", ", others, others == 1 ? " worker takes" : " workers take",
                    " no jobs");
  }
  return text;
}

}  // namespace

std::string BarText(double done, size_t columns) {
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double share = std::isfinite(done) ? std::clamp(done, 0.0, 1.0) : 0;
  const auto eighths = static_cast<size_t>(share * 8 * static_cast<double>(columns) + 1e-9);
  std::string bar;
  for (size_t i = 0; i < eighths / 8; ++i) absl::StrAppend(&bar, "█");
  absl::StrAppend(&bar, kEighths[eighths % 8]);
  return absl::StrCat(bar, std::string(columns - DisplayWidth(bar), ' '));
}

std::vector<std::string> WatchLines(const v1::WatchJobsResponse& news, absl::Time now,
                                    const TerminalSize& size, bool color) {
  const std::string title =
      absl::StrCat(Counts(news), "   ", Slots(news), "   ",
                   absl::FormatTime("%H:%M:%S UTC", now, absl::UTCTimeZone()));
  std::vector<std::string> lines = {CutToWidth(title, size.columns), ""};
  if (news.jobs().empty()) {
    lines.push_back(CutToWidth("No jobs yet. Submit one with nepactl submit FILE.", size.columns));
    return lines;
  }
  for (const auto line :
       absl::StrSplit(JobsTable(news).RenderWithin(color, size.columns), '\n', absl::SkipEmpty())) {
    lines.emplace_back(line);
  }
  if (news.total_jobs() > news.jobs_size() && lines.size() < size.rows) {
    lines.push_back(CutToWidth(
        absl::StrCat(CountText(news.total_jobs() - news.jobs_size()), " more jobs: nepactl list"),
        size.columns));
  }
  return lines;
}

}  // namespace nepa::cli
