// Curves over steps, ready to be drawn: what they mean, where the axes go, which numbers stand at
// them. chart_text.h draws them in characters, chart_png.h as a picture.
//
// Pure. Any thread.
#ifndef NEPA_CLI_CHART_H_
#define NEPA_CLI_CHART_H_

#include <cstddef>
#include <string>
#include <vector>

namespace nepa::cli {

struct ChartPoint {
  double x = 0;
  double y = 0;
};

// One curve. The points come in the order of x; those that are no numbers are left out.
struct Series {
  std::string name;
  std::vector<ChartPoint> points;
};

// The curves of one metric, of one or several jobs.
struct Chart {
  std::string title;    // "loss"
  std::string y_unit;   // "%", "images/s"; "" for a bare number
  std::string x_label;  // "step"
  std::vector<Series> series;
};

// A number at an axis.
struct Tick {
  double value = 0;
  std::string text;
};

// One axis: from where to where it goes, and its ticks, which lie within.
struct Axis {
  double low = 0;
  double high = 1;
  std::vector<Tick> ticks;
  // Where `value` lies on it: 0 at `low`, 1 at `high`.
  double Fraction(double value) const { return (value - low) / (high - low); }
};

// An axis that holds `low` to `high`, with ticks at multiples of 1, 2 or 5 times a power of ten,
// `most_ticks` at most; from six on at least two. Equal ends are moved apart.
Axis MakeAxis(double low, double high, size_t most_ticks);

// What both drawings share: the axes of a chart that has at least one point that is a number.
struct ChartAxes {
  Axis x;
  Axis y;
};
ChartAxes AxesOf(const Chart& chart, size_t most_x_ticks, size_t most_y_ticks);

// Whether there is anything to draw.
bool HasPoints(const Chart& chart);

// "loss over steps", "knn_top1 in % over steps".
std::string ChartTitle(const Chart& chart);

// At most `columns` points that stand for the curve over `x`: the mean of those that fall into each
// of as many equal parts. Without the points that are no numbers.
std::vector<ChartPoint> Thinned(const std::vector<ChartPoint>& points, const Axis& x,
                                size_t columns);

}  // namespace nepa::cli

#endif  // NEPA_CLI_CHART_H_
