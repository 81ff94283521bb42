#include "cli/chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/format.h"

namespace nepa::cli {
namespace {

bool IsNumber(const ChartPoint& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

// The smallest of 1, 2 and 5 times a power of ten that is no smaller than `rough`.
double NiceStep(double rough) {
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    // A little more than the factor is rounding, not a reason for the next.
    if (rough <= factor * power * (1 + 1e-9)) return factor * power;
  }
  return 10 * power;
}

// With as many decimals as neighbours at this distance need.
std::string TickText(double value, double step) {
  const double size = std::max(std::abs(value), step);
  if (size >= 1e15 || size < 1e-4) return absl::StrFormat("%.2g", value);
  const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  if (decimals == 0) return CountText(std::llround(value));
  return absl::StrFormat("%.*f", decimals, value);
}

}  // namespace

Axis MakeAxis(double low, double high, size_t most_ticks) {
  if (!(high > low)) {
    const double apart = low == 0 ? 1 : std::abs(low) * 0.1;
    low -= apart / 2;
    high += apart / 2;
  }
  Axis axis{low, high, {}};
  const double parts = static_cast<double>(std::max<size_t>(2, most_ticks));
  // Any `parts` steps in a row hold the whole axis, so that there are no more ticks than that.
  const double step = NiceStep((high - low) / (parts - 1));
  for (double tick = std::ceil(low / step - 1e-9); tick * step <= high + 1e-9 * step; ++tick) {
    // Rounding must not put a tick beyond an end that it stands at.
    const double value = std::clamp(tick == 0 ? 0 : tick * step, low, high);
    axis.ticks.push_back({value, TickText(value, step)});
  }
  return axis;
}

bool HasPoints(const Chart& chart) {
  return std::any_of(chart.series.begin(), chart.series.end(), [](const Series& series) {
    return std::any_of(series.points.begin(), series.points.end(), IsNumber);
  });
}

ChartAxes AxesOf(const Chart& chart, size_t most_x_ticks, size_t most_y_ticks) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double x_low = kInfinity, x_high = -kInfinity, y_low = kInfinity, y_high = -kInfinity;
  for (const Series& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      if (!IsNumber(point)) continue;
      x_low = std::min(x_low, point.x);
      x_high = std::max(x_high, point.x);
      y_low = std::min(y_low, point.y);
      y_high = std::max(y_high, point.y);
    }
  }
  return {MakeAxis(x_low, x_high, most_x_ticks), MakeAxis(y_low, y_high, most_y_ticks)};
}

std::string ChartTitle(const Chart& chart) {
  return absl::StrCat(chart.title, chart.y_unit.empty() ? "" : " in ", chart.y_unit, " over ",
                      chart.x_label, "s");
}

std::vector<ChartPoint> Thinned(const std::vector<ChartPoint>& points, const Axis& x,
                                size_t columns) {
  std::vector<ChartPoint> sums(columns);
  std::vector<double> counts(columns, 0);
  for (const ChartPoint& point : points) {
    if (!IsNumber(point)) continue;
    const double place = x.Fraction(point.x) * static_cast<double>(columns);
    const auto column =
        static_cast<size_t>(std::clamp(place, 0.0, static_cast<double>(columns - 1)));
    sums[column].x += point.x;
    sums[column].y += point.y;
    counts[column] += 1;
  }
  std::vector<ChartPoint> thinned;
  for (size_t i = 0; i < columns; ++i) {
    if (counts[i] > 0) thinned.push_back({sums[i].x / counts[i], sums[i].y / counts[i]});
  }
  return thinned;
}

}  // namespace nepa::cli
