#include "cli/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace nepa::cli {
namespace {

constexpr size_t kLabelColumns = 10;  // "   -0.9123 "

struct Range {
  double low = 0, high = 0;
  double Fraction(double value) const { return high > low ? (value - low) / (high - low) : 0.5; }
};

// Dots of a text cell in Unicode's order of braille patterns: [row][column].
constexpr uint8_t kDots[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

class Canvas {
 public:
  Canvas(size_t columns, size_t rows) : columns_(columns), cells_(columns * rows, 0) {}

  // A dot, counted from the upper left; a cell has 2 × 4 of them.
  void Set(size_t x, size_t y) { cells_[y / 4 * columns_ + x / 2] |= kDots[y % 4][x % 2]; }

  std::string Line(size_t row) const {
    std::string line;
    for (size_t column = 0; column < columns_; ++column) {
      const uint8_t cell = cells_[row * columns_ + column];
      if (cell == 0) {
        line.push_back(' ');
      } else {  // U+2800 + cell, in UTF-8
        line.push_back('\xE2');
        line.push_back(static_cast<char>(0xA0 | cell >> 6));
        line.push_back(static_cast<char>(0x80 | (cell & 0x3F)));
      }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  }

 private:
  size_t columns_;
  std::vector<uint8_t> cells_;
};

// The mean of y for each dot column.
std::vector<std::optional<double>> ColumnMeans(const std::vector<PlotPoint>& points, const Range& x,
                                               size_t count) {
  std::vector<double> sums(count, 0);
  std::vector<int> counts(count, 0);
  for (const PlotPoint& point : points) {
    const auto column = static_cast<size_t>(std::lround(x.Fraction(point.x) * (count - 1)));
    sums[column] += point.y;
    ++counts[column];
  }
  std::vector<std::optional<double>> means(count);
  for (size_t i = 0; i < count; ++i) {
    if (counts[i] > 0) means[i] = sums[i] / counts[i];
  }
  return means;
}

// Dots of one curve: each mean, and between neighbours the straight line.
void Draw(const std::vector<std::optional<double>>& means, const Range& y, size_t dot_rows,
          Canvas* canvas) {
  const auto row = [&](double value) { return (1 - y.Fraction(value)) * (dot_rows - 1); };
  std::optional<size_t> last;
  for (size_t i = 0; i < means.size(); ++i) {
    if (!means[i].has_value()) continue;
    const size_t from = last.value_or(i);
    const double from_row = row(*means[from]), to_row = row(*means[i]);
    const auto steps = static_cast<size_t>(
        std::max<double>({1, static_cast<double>(i - from), std::abs(to_row - from_row)}));
    for (size_t k = 0; k <= steps; ++k) {
      const double t = static_cast<double>(k) / steps;
      canvas->Set(static_cast<size_t>(std::lround(from + t * (i - from))),
                  static_cast<size_t>(std::lround(from_row + t * (to_row - from_row))));
    }
    last = i;
  }
}

}  // namespace

std::string Plot(const std::vector<PlotPoint>& all, size_t columns, size_t rows) {
  std::vector<PlotPoint> points;
  for (const PlotPoint& point : all) {
    if (std::isfinite(point.x) && std::isfinite(point.y)) points.push_back(point);
  }
  if (points.empty()) return "no values\n";
  columns = std::max<size_t>(columns, 24) - kLabelColumns - 2;
  const Range x{points.front().x, points.back().x};
  Range y{points[0].y, points[0].y};
  for (const PlotPoint& point : points) {
    y.low = std::min(y.low, point.y);
    y.high = std::max(y.high, point.y);
  }
  Canvas canvas(columns, rows);
  Draw(ColumnMeans(points, x, 2 * columns), y, 4 * rows, &canvas);

  std::string text;
  for (size_t row = 0; row < rows; ++row) {
    const double value = y.high - (y.high - y.low) * row / std::max<size_t>(1, rows - 1);
    const bool labelled = row == 0 || row + 1 == rows || row == rows / 2;
    absl::StrAppend(
        &text,
        absl::StrFormat("%*s", kLabelColumns, labelled ? absl::StrFormat("%.4g", value) : ""),
        labelled ? " ┤" : " │", canvas.Line(row), "\n");
  }
  const std::string first = absl::StrFormat("%.6g", x.low), last = absl::StrFormat("%.6g", x.high);
  const size_t used = first.size() + last.size();
  const std::string gap(columns > used ? columns - used : 1, ' ');
  return absl::StrCat(text, std::string(kLabelColumns + 2, ' '), first, gap, last, "\n");
}

}  // namespace nepa::cli
