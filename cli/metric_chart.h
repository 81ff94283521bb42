// Metric histories as charts.
//
// Pure. Any thread.
#ifndef NEPA_CLI_METRIC_CHART_H_
#define NEPA_CLI_METRIC_CHART_H_

#include <string>
#include <vector>

#include "cli/chart.h"
#include "nepa/v1/job.pb.h"

namespace nepa::cli {

// A job's history under the name that its curve gets.
struct NamedHistory {
  std::string name;
  std::vector<v1::MetricPoint> points;
};

// One metric of each history over its steps; accuracies in percent. A history without it has an
// empty curve.
Chart MetricChart(const std::string& metric, const std::vector<NamedHistory>& histories);

// The metrics that occur, by name.
std::vector<std::string> MetricNames(const std::vector<v1::MetricPoint>& points);

// Whether the metric is a fraction of 1 that people read in percent.
bool IsFraction(const std::string& metric);

}  // namespace nepa::cli

#endif  // NEPA_CLI_METRIC_CHART_H_
