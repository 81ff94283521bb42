#include "cli/metric_chart.h"

#include <set>

#include "absl/strings/match.h"

namespace nepa::cli {

bool IsFraction(const std::string& metric) {
  return absl::StrContains(metric, "top1") || absl::StrContains(metric, "top5") || metric == "miou";
}

Chart MetricChart(const std::string& metric, const std::vector<NamedHistory>& histories) {
  const double factor = IsFraction(metric) ? 100 : 1;
  Chart chart{metric,
              IsFraction(metric)              ? "%"
              : metric == "images_per_second" ? "images/s"
                                              : "",
              "step",
              {}};
  for (const NamedHistory& history : histories) {
    Series series{history.name, {}};
    for (const v1::MetricPoint& point : history.points) {
      const auto value = point.values().find(metric);
      if (value == point.values().end()) continue;
      series.points.push_back({static_cast<double>(point.step()), factor * value->second});
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

std::vector<std::string> MetricNames(const std::vector<v1::MetricPoint>& points) {
  std::set<std::string> names;
  for (const v1::MetricPoint& point : points) {
    for (const auto& [name, value] : point.values()) names.insert(name);
  }
  return {names.begin(), names.end()};
}

}  // namespace nepa::cli
