// nepactl metrics
#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/format.h"
#include "cli/job_argument.h"
#include "cli/plot.h"
#include "common/base/status.h"

namespace nepa::cli {
namespace {

struct MetricsFlags {
  std::string job;
  std::string name;
  std::optional<int64_t> after_step;
  int64_t limit = 0;
  bool plot = false;
};

// The names that occur, those of single blocks left out for the table's sake, or the one asked for.
absl::StatusOr<std::vector<std::string>> Names(const std::vector<v1::MetricPoint>& points,
                                               const MetricsFlags& flags) {
  std::set<std::string> names;
  for (const v1::MetricPoint& point : points) {
    for (const auto& [name, value] : point.values()) names.insert(name);
  }
  if (flags.name.empty()) {
    std::vector<std::string> chosen(names.begin(), names.end());
    std::erase_if(chosen,
                  [](const std::string& name) { return absl::StrContains(name, "_block_"); });
    return chosen;
  }
  if (names.count(flags.name) == 0) {
    return absl::NotFoundError(absl::StrCat("job ", flags.job, " has no metric '", flags.name,
                                            "'; it has: ", absl::StrJoin(names, ", ")));
  }
  return std::vector<std::string>{flags.name};
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

std::string PlotText(const std::vector<v1::MetricPoint>& points, const std::string& name,
                     size_t columns) {
  std::vector<PlotPoint> line;
  for (const v1::MetricPoint& point : points) {
    const auto found = point.values().find(name);
    if (found != point.values().end()) {
      line.push_back({static_cast<double>(point.step()), found->second});
    }
  }
  return absl::StrCat(name, " over steps\n", Plot(line, columns, 16));
}

absl::StatusOr<int> Metrics(Context& context, MetricsFlags flags) {
  NEPA_ASSIGN_OR_RETURN(std::vector<v1::MetricPoint> points,
                        context.client().GetMetrics(
                            flags.job, flags.after_step.has_value() ? *flags.after_step + 1 : 0));
  if (flags.plot && flags.name.empty()) flags.name = "loss";
  if (points.empty()) {
    if (context.json()) context.PrintJson(Json::array());
    context.Note("Nothing measured yet.");
    return kExitDone;
  }
  NEPA_ASSIGN_OR_RETURN(const std::vector<std::string> names, Names(points, flags));
  Choose(names, flags.limit, &points);
  if (context.json()) {
    Json list = Json::array();
    for (const v1::MetricPoint& point : points) list.push_back(MetricPointJson(point));
    context.PrintJson(list);
  } else if (flags.plot) {
    context.Print(
        PlotText(points, flags.name, std::min<size_t>(context.env().terminal_columns, 100)));
  } else {
    context.Print(PointTable(points, names));
  }
  return kExitDone;
}

}  // namespace

void AddMetrics(CommandLine& line) {
  const auto flags = std::make_shared<MetricsFlags>();
  CLI::App* const command =
      line.Add("metrics", "Print a job's metric history, by step",
               "  nepactl metrics fashion-pretrain --limit 20\n"
               "  nepactl metrics fashion-pretrain --plot\n"
               "  nepactl metrics j17 --plot --name knn_top1\n"
               "  nepactl metrics j17 -o json | jq -r '.[] | [.step, .loss] | @tsv'",
               [flags](Context& context) { return Metrics(context, *flags); });
  AddJobArgument(command, &flags->job);
  command->add_flag("--plot", flags->plot, "Draw one metric (--name, else loss) as a curve");
  command->add_option("--name", flags->name, "Only this metric")->type_name("METRIC");
  command->add_option("--after", flags->after_step, "Only what was measured after this step")
      ->check(IsCount())
      ->type_name("STEP");
  command->add_option("--limit", flags->limit, "Only the last N points")
      ->check(IsCount())
      ->type_name("N");
}

}  // namespace nepa::cli
