#include "cli/chart_text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <optional>

#include "absl/strings/str_cat.h"
#include "cli/color.h"
#include "cli/format.h"
#include "cli/table.h"

namespace nepa::cli {
namespace {

constexpr size_t kLeastColumns = 30;
// With fewer there might be only one round number on an axis, or none.
constexpr size_t kFewTicks = 6;
// A letter a curve, and colours that go round.
constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz";
constexpr Color kColors[] = {Color::kGreen,   Color::kYellow, Color::kCyan,
                             Color::kMagenta, Color::kBlue,   Color::kRed};

Color ColorOf(size_t series) { return kColors[series % std::size(kColors)]; }

// Dots of a text cell in Unicode's order of braille patterns: [row][column].
constexpr uint8_t kDots[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

// Text cells of 2 × 4 dots each. The curve that came last to a cell gives it its colour.
class Canvas {
 public:
  Canvas(size_t columns, size_t rows) : columns_(columns), cells_(columns * rows) {}

  // A dot, counted from the upper left.
  void Set(size_t x, size_t y, size_t series) {
    Cell& cell = cells_[y / 4 * columns_ + x / 2];
    cell.dots |= kDots[y % 4][x % 2];
    cell.series = series;
  }
  // A letter in place of the dots of a cell.
  void Mark(size_t x, size_t y, size_t series) {
    cells_[y / 4 * columns_ + x / 2] = {0, series, kLetters[series % 26]};
  }

  std::string Line(size_t row, bool color) const {
    size_t used = columns_;
    while (used > 0 && At(row, used - 1).empty()) --used;
    std::string line;
    for (size_t column = 0; column < used; ++column) {
      const Cell& cell = At(row, column);
      absl::StrAppend(&line, Colored(cell.text(), ColorOf(cell.series), color && !cell.empty()));
    }
    return line;
  }

 private:
  struct Cell {
    uint8_t dots = 0;
    size_t series = 0;
    char letter = 0;
    bool empty() const { return dots == 0 && letter == 0; }
    std::string text() const {
      if (letter != 0) return std::string(1, letter);
      if (dots == 0) return " ";
      // U+2800 + dots, in UTF-8.
      return {'\xE2', static_cast<char>(0xA0 | dots >> 6), static_cast<char>(0x80 | (dots & 0x3F))};
    }
  };
  const Cell& At(size_t row, size_t column) const { return cells_[row * columns_ + column]; }

  size_t columns_;
  std::vector<Cell> cells_;
};

// Draws one curve: each point, and between neighbours the straight line.
class Pen {
 public:
  Pen(const ChartAxes& axes, size_t columns, size_t rows, Canvas* canvas)
      : axes_(axes), columns_(columns), rows_(rows), canvas_(canvas) {}

  void Draw(const std::vector<ChartPoint>& points, size_t series, bool mark) {
    std::optional<ChartPoint> last;
    for (const ChartPoint& point : Thinned(points, axes_.x, 2 * columns_)) {
      const ChartPoint dot = DotOf(point);
      Line(last.value_or(dot), dot, series);
      last = dot;
    }
    if (mark && last.has_value()) canvas_->Mark(Place(last->x), Place(last->y), series);
  }

 private:
  static size_t Place(double dot) { return static_cast<size_t>(std::lround(dot)); }
  ChartPoint DotOf(const ChartPoint& point) const {
    return {axes_.x.Fraction(point.x) * static_cast<double>(2 * columns_ - 1),
            (1 - axes_.y.Fraction(point.y)) * static_cast<double>(4 * rows_ - 1)};
  }
  void Line(const ChartPoint& from, const ChartPoint& to, size_t series) {
    const double steps =
        std::ceil(std::max({1.0, std::abs(to.x - from.x), std::abs(to.y - from.y)}));
    for (double i = 0; i <= steps; ++i) {
      canvas_->Set(Place(from.x + (to.x - from.x) * i / steps),
                   Place(from.y + (to.y - from.y) * i / steps), series);
    }
  }

  const ChartAxes& axes_;
  const size_t columns_;
  const size_t rows_;
  Canvas* const canvas_;
};

// The numbers at the left: of each row the tick that falls into it.
std::vector<std::string> RowLabels(const Axis& y, size_t rows) {
  std::vector<std::string> labels(rows);
  for (const Tick& tick : y.ticks) {
    const double dot = (1 - y.Fraction(tick.value)) * static_cast<double>(4 * rows - 1);
    labels[static_cast<size_t>(std::lround(dot)) / 4] = tick.text;
  }
  return labels;
}

// The numbers below, each under its place as far as there is room.
std::string StepLine(const Axis& x, size_t columns) {
  std::string line;
  for (const Tick& tick : x.ticks) {
    const double place = x.Fraction(tick.value) * static_cast<double>(columns - 1);
    const size_t middle = static_cast<size_t>(std::lround(place));
    size_t begin = middle - std::min(middle, tick.text.size() / 2);
    begin = std::min(begin, columns - std::min(columns, tick.text.size()));
    if (!line.empty() && begin < line.size() + 1) continue;
    line.resize(begin, ' ');
    line += tick.text;
  }
  return line;
}

std::string Legend(const Chart& chart, const ChartRoom& room, size_t columns) {
  std::string plain, shown;
  for (size_t i = 0; i < chart.series.size(); ++i) {
    const Series& series = chart.series[i];
    const std::string name =
        absl::StrCat(i == 0 ? "" : "   ", std::string(1, kLetters[i % 26]), " ", series.name);
    absl::StrAppend(&plain, name);
    absl::StrAppend(&shown, Colored(name, ColorOf(i), room.color));
  }
  return DisplayWidth(plain) <= columns ? shown : CutToWidth(plain, columns);
}

}  // namespace

std::vector<std::string> ChartLines(const Chart& chart, const ChartRoom& room) {
  if (!HasPoints(chart)) return {absl::StrCat(chart.title, ": nothing measured yet")};
  const size_t all = std::max(room.columns, kLeastColumns), rows = std::max<size_t>(room.rows, 2);
  ChartAxes axes = AxesOf(chart, kFewTicks, std::max(kFewTicks, rows / 2));
  const std::vector<std::string> labels = RowLabels(axes.y, rows);
  size_t width = 0;
  for (const std::string& label : labels) width = std::max(width, label.size());
  const size_t columns = all - width - 3;
  axes.x = MakeAxis(axes.x.low, axes.x.high, std::max(kFewTicks, columns / 14));

  Canvas canvas(columns, rows);
  Pen pen(axes, columns, rows, &canvas);
  const bool several = chart.series.size() > 1;
  for (size_t i = 0; i < chart.series.size(); ++i) {
    pen.Draw(chart.series[i].points, i, several && !room.color);
  }
  std::vector<std::string> lines = {
      Colored(CutToWidth(ChartTitle(chart), all), Color::kBold, room.color)};
  for (size_t row = 0; row < rows; ++row) {
    const std::string& label = labels[row];
    lines.push_back(absl::StrCat(std::string(width - label.size(), ' '), label,
                                 label.empty() ? " │" : " ┤", canvas.Line(row, room.color)));
  }
  const std::string indent(width + 2, ' ');
  lines.push_back(absl::StrCat(indent, StepLine(axes.x, columns)));
  if (several) lines.push_back(absl::StrCat(indent, Legend(chart, room, columns)));
  return lines;
}

}  // namespace nepa::cli
