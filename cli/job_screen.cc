#include "cli/job_screen.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/chart_text.h"
#include "cli/format.h"
#include "cli/metric_chart.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/watch_table.h"
#include "cli/words.h"
#include "common/rpc/time.h"

namespace nepa::cli {
namespace {

constexpr size_t kBarColumns = 30;
constexpr size_t kShownEvents = 3;
constexpr size_t kLeastChartRows = 5;
constexpr size_t kLinesBesideCurves = 2;  // title and steps

// What has a second curve: the first of these that was measured.
constexpr const char* kSecond[] = {"ema_top1", "top1", "knn_top1", "miou", "images_per_second"};

std::string Title(const v1::Job& job, bool color) {
  std::string text = absl::StrCat(JobTitle(job), "  ",
                                  Colored(PhaseWord(job.phase()), PhaseColor(job.phase()), color));
  if (job.attempt() > 0) absl::StrAppend(&text, "  attempt ", job.attempt());
  if (job.restarts() > 0) {
    absl::StrAppend(&text, " (", job.restarts(), job.restarts() == 1 ? " restart)" : " restarts)");
  }
  if (!job.workers().empty()) {
    absl::StrAppend(&text, "  ", job.ranks(), job.ranks() == 1 ? " rank on " : " ranks on ",
                    absl::StrJoin(job.workers(), ", "));
  }
  return text;
}

std::string Progress(const v1::Job& job) {
  std::vector<std::string> parts;
  if (job.total_steps() > 0) {
    const double done = static_cast<double>(job.step()) / static_cast<double>(job.total_steps());
    parts.push_back(
        absl::StrCat(BarText(done, kBarColumns), absl::StrFormat(" %.1f %%", 100 * done)));
    parts.push_back(
        absl::StrCat("step ", CountText(job.step()), "/", CountText(job.total_steps())));
  }
  const bool runs = job.phase() == v1::PHASE_RUNNING;
  const auto speed = job.metrics().find("images_per_second");
  if (runs && speed != job.metrics().end()) {
    parts.push_back(absl::StrCat(MetricText("images_per_second", speed->second), " images/s"));
  }
  const auto left = TimeLeft(job);
  if (runs && left.has_value()) parts.push_back(absl::StrCat(DurationText(*left), " left"));
  return absl::StrJoin(parts, "  ");
}

std::string EventLine(const v1::Event& event, absl::Time now) {
  return absl::StrCat(AgeText(now - rpc::FromMessage(event.time())), " ago  ", event.kind(), ": ",
                      event.message());
}

std::vector<Chart> Charts(const std::vector<v1::MetricPoint>& points) {
  const std::vector<NamedHistory> history = {{"", points}};
  std::vector<Chart> charts = {MetricChart("loss", history)};
  for (const char* metric : kSecond) {
    Chart second = MetricChart(metric, history);
    if (!HasPoints(second)) continue;
    charts.push_back(std::move(second));
    break;
  }
  return charts;
}

void AppendCharts(const std::vector<v1::MetricPoint>& points, size_t rows, size_t columns,
                  bool color, std::vector<std::string>* lines) {
  std::vector<Chart> charts = Charts(points);
  while (charts.size() > 1 && rows / charts.size() < kLeastChartRows + kLinesBesideCurves) {
    charts.pop_back();
  }
  const size_t each = rows / charts.size();
  if (each < kLeastChartRows + kLinesBesideCurves) return;
  for (const Chart& chart : charts) {
    for (std::string& line : ChartLines(chart, {columns, each - kLinesBesideCurves, color})) {
      lines->push_back(std::move(line));
    }
  }
}

}  // namespace

std::vector<std::string> JobScreenLines(const v1::Job& job,
                                        const std::vector<v1::MetricPoint>& points,
                                        const std::vector<v1::Event>& events, absl::Time now,
                                        const TerminalSize& size, bool color) {
  const bool fits = DisplayWidth(Title(job, false)) <= size.columns;
  std::vector<std::string> lines = {
      fits ? Title(job, color) : CutToWidth(Title(job, false), size.columns),
      CutToWidth(Progress(job), size.columns)};
  if (!job.reason().empty()) lines.push_back(CutToWidth(job.reason(), size.columns));

  std::vector<std::string> last;
  for (size_t i = events.size() - std::min(events.size(), kShownEvents); i < events.size(); ++i) {
    last.push_back(CutToWidth(EventLine(events[i], now), size.columns));
  }
  last.push_back(CutToWidth("Ctrl-C stops looking; the job goes on.", size.columns));

  const size_t used = lines.size() + last.size();
  if (size.rows > used) AppendCharts(points, size.rows - used, size.columns, color, &lines);
  for (const std::string& line : last) {
    lines.push_back(Colored(line, Color::kGrey, color));
  }
  return lines;
}

}  // namespace nepa::cli
