// nepactl metrics
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/chart_png.h"
#include "cli/chart_text.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/format.h"
#include "cli/metric_chart.h"
#include "cli/words.h"
#include "common/base/status.h"
#include "common/config/nearest_name.h"
#include "common/config/quantities.h"
#include "common/io/file.h"
#include "common/rpc/time.h"

namespace nepa::cli {
namespace {

constexpr size_t kWidestPlot = 100;
constexpr size_t kMostJobs = 26;  // a letter each
constexpr char kBarePlot[] = "loss";

struct MetricsFlags {
  std::vector<std::string> jobs;
  std::string names;  // with commas between
  std::string plot;   // the same, given with --plot; empty without it
  std::string png;
  std::string since;
  std::optional<int64_t> after_step;
  int64_t limit = 0;

  bool draws() const { return !plot.empty() || !png.empty(); }
};

// The time from which on points are wanted; none where that was not said.
absl::StatusOr<std::optional<absl::Time>> SinceWhen(const MetricsFlags& flags, absl::Time now) {
  if (flags.since.empty()) return std::optional<absl::Time>();
  if (const auto ago = config::ReadDuration(flags.since)) return std::optional(now - *ago);
  absl::Time time;
  if (absl::ParseTime(absl::RFC3339_full, flags.since, &time, nullptr)) return std::optional(time);
  return absl::InvalidArgumentError(
      absl::StrCat("--since '", flags.since,
                   "' is neither a time ago, like 2h or 3d, nor a moment, "
                   "like 2026-11-24T22:21:05Z"));
}

// A job's history, as far as the flags ask for it.
absl::StatusOr<NamedHistory> HistoryOf(Context& context, const MetricsFlags& flags,
                                       const std::string& job) {
  NEPA_ASSIGN_OR_RETURN(const std::optional<absl::Time> since, SinceWhen(flags, context.now()));
  NamedHistory history{job, {}};
  if (flags.jobs.size() > 1) {
    NEPA_ASSIGN_OR_RETURN(const v1::Job found, context.client().GetJob(job));
    history.name = JobTitle(found);
  }
  NEPA_ASSIGN_OR_RETURN(
      history.points,
      context.client().GetMetrics(job, flags.after_step.has_value() ? *flags.after_step + 1 : 0));
  if (since.has_value()) {
    std::erase_if(history.points, [&](const v1::MetricPoint& point) {
      return rpc::FromMessage(point.time()) < *since;
    });
  }
  return history;
}

// The names asked for, each of which must occur in one of the histories; without any those that
// occur, those of single blocks left out for the table's sake, and for a drawing the loss.
absl::StatusOr<std::vector<std::string>> ChooseNames(const std::vector<NamedHistory>& histories,
                                                     const MetricsFlags& flags) {
  std::vector<std::string> known;
  for (const NamedHistory& history : histories) {
    for (std::string& name : MetricNames(history.points)) known.push_back(std::move(name));
  }
  std::string asked = flags.names;
  if (asked.empty() && flags.draws()) asked = flags.plot.empty() ? kBarePlot : flags.plot;
  if (asked.empty()) {
    std::erase_if(known,
                  [](const std::string& name) { return absl::StrContains(name, "_block_"); });
    return known;
  }
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  const std::vector<std::string> names = absl::StrSplit(asked, ',', absl::SkipWhitespace());
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string nearest = config::NearestName(name, known);
    return absl::NotFoundError(
        absl::StrCat("no metric '", name, "' of job ", absl::StrJoin(flags.jobs, ", "), "; ",
                     nearest.empty() ? "" : absl::StrCat("did you mean ", nearest, "? "),
                     "there are ", absl::StrJoin(known, ", ")));
  }
  return names;
}

// Points that have one of the names, the last `limit` of them.
void Choose(const std::vector<std::string>& names, int64_t limit,
            std::vector<v1::MetricPoint>* points) {
  std::erase_if(*points, [&](const v1::MetricPoint& point) {
    return std::none_of(names.begin(), names.end(),
                        [&](const std::string& name) { return point.values().contains(name); });
  });
  if (limit > 0 && static_cast<int64_t>(points->size()) > limit) {
    points->erase(points->begin(), points->end() - limit);
  }
}

Table PointTable(const std::vector<v1::MetricPoint>& points,
                 const std::vector<std::string>& names) {
  std::vector<Column> columns = {{"STEP", Align::kRight}};
  for (const std::string& name : names) columns.push_back({name, Align::kRight});
  Table table(std::move(columns));
  for (const v1::MetricPoint& point : points) {
    std::vector<Cell> row = {CountText(point.step())};
    for (const std::string& name : names) {
      const auto found = point.values().find(name);
      row.emplace_back(found == point.values().end() ? "" : MetricText(name, found->second));
    }
    table.AddRow(std::move(row));
  }
  return table;
}

void PrintCharts(Context& context, const std::vector<Chart>& charts) {
  const size_t columns = std::min(context.env().terminal_size().columns, kWidestPlot);
  for (const Chart& chart : charts) {
    const ChartRoom room{.columns = columns, .color = context.color()};
    context.Print(absl::StrCat(absl::StrJoin(ChartLines(chart, room), "\n"), "\n"));
  }
}

absl::Status WritePng(Context& context, const std::vector<Chart>& charts, const std::string& path) {
  NEPA_ASSIGN_OR_RETURN(const std::string bytes, ChartsPng(charts));
  NEPA_RETURN_IF_ERROR(LocalFailure(io::WriteFileAtomically(path, bytes)));
  const std::string size = BytesText(static_cast<int64_t>(bytes.size()));
  if (context.json()) {
    context.PrintJson({{"file", path}, {"bytes", bytes.size()}});
  } else {
    context.Print(absl::StrCat("Drawn to ", path, " (", size, ")\n"));
  }
  return absl::OkStatus();
}

void PrintPoints(Context& context, const std::vector<v1::MetricPoint>& points,
                 const std::vector<std::string>& names) {
  if (!context.json()) return context.Print(PointTable(points, names));
  Json list = Json::array();
  for (const v1::MetricPoint& point : points) list.push_back(MetricPointJson(point));
  context.PrintJson(list);
}

absl::Status CheckFlags(const MetricsFlags& flags) {
  if (flags.jobs.size() > 1 && !flags.draws()) {
    return absl::InvalidArgumentError("several jobs are compared with --plot or --png only");
  }
  if (flags.jobs.size() > kMostJobs) {
    return absl::InvalidArgumentError(
        absl::StrCat(flags.jobs.size(), " jobs are too many for one picture; at most ", kMostJobs));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Metrics(Context& context, const MetricsFlags& flags) {
  NEPA_RETURN_IF_ERROR(CheckFlags(flags));
  std::vector<NamedHistory> histories;
  bool any = false;
  for (const std::string& job : flags.jobs) {
    NEPA_ASSIGN_OR_RETURN(histories.emplace_back(), HistoryOf(context, flags, job));
    any |= !histories.back().points.empty();
  }
  if (!any) {
    if (context.json()) context.PrintJson(Json::array());
    context.Note("Nothing measured yet.");
    return kExitDone;
  }
  NEPA_ASSIGN_OR_RETURN(const std::vector<std::string> names, ChooseNames(histories, flags));
  for (NamedHistory& history : histories) Choose(names, flags.limit, &history.points);
  std::vector<Chart> charts;
  for (const std::string& name : names) charts.push_back(MetricChart(name, histories));
  if (!flags.png.empty()) {
    NEPA_RETURN_IF_ERROR(WritePng(context, charts, flags.png));
  }
  if (!flags.plot.empty() && !context.json()) {
    PrintCharts(context, charts);
  } else if (flags.png.empty()) {
    PrintPoints(context, histories.front().points, names);
  }
  return kExitDone;
}

}  // namespace

void AddMetrics(CommandLine& line) {
  const auto flags = std::make_shared<MetricsFlags>();
  CLI::App* const command =
      line.Add("metrics", "Print or draw a job's metric history, by step",
               "  nepactl metrics fashion-pretrain --limit 20\n"
               "  nepactl metrics fashion-pretrain --plot                 curves in the terminal\n"
               "  nepactl metrics j17 --plot=loss,knn_top1 --since 2h\n"
               "  nepactl metrics j17 j18 --plot                          two jobs in one picture\n"
               "  nepactl metrics j17 --png curves.png --name loss,learning_rate\n"
               "  nepactl metrics j17 -o json | jq -r '.[] | [.step, .loss] | @tsv'",
               [flags](Context& context) { return Metrics(context, *flags); });
  command->add_option("JOB", flags->jobs, "Id or name of a job; of several to compare their curves")
      ->required()
      ->type_name("");
  command->add_flag(absl::StrCat("--plot{", kBarePlot, "}"), flags->plot,
                    "Draw metrics as curves; --plot=A,B names them [loss]");
  command->add_option("--png", flags->png, "Draw them as a picture into this file")
      ->type_name("FILE");
  command->add_option("--name", flags->names, "Only these metrics, with commas between")
      ->type_name("METRICS");
  command
      ->add_option("--since", flags->since,
                   "Only what was measured since: 2h ago, or 2026-11-24T22:21:05Z")
      ->type_name("TIME");
  command->add_option("--after", flags->after_step, "Only what was measured after this step")
      ->check(IsCount())
      ->type_name("STEP");
  command->add_option("--limit", flags->limit, "Only the last N points")
      ->check(IsCount())
      ->type_name("N");
}

}  // namespace nepa::cli
