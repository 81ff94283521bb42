#include "cli/chart_png.h"

#include <cairo.h>

#include <cmath>
#include <iterator>
#include <memory>

#include "absl/strings/str_cat.h"

namespace nepa::cli {
namespace {

constexpr double kWidth = 1000, kHeight = 400;
constexpr double kLeft = 90, kRight = 30, kTop = 50, kBottom = 60;  // around the curves
constexpr double kInnerWidth = kWidth - kLeft - kRight, kInnerHeight = kHeight - kTop - kBottom;
constexpr double kTextSize = 14, kTitleSize = 17;

struct Rgb {
  double red, green, blue;
};
// Told apart also by those who see red and green alike (Okabe and Ito).
constexpr Rgb kCurves[] = {{0.00, 0.45, 0.70}, {0.90, 0.62, 0.00}, {0.00, 0.62, 0.45},
                           {0.80, 0.47, 0.65}, {0.84, 0.37, 0.00}, {0.34, 0.71, 0.91}};
constexpr Rgb kInk{0.13, 0.13, 0.13}, kGrid{0.88, 0.88, 0.88};

enum class Anchor { kLeft, kMiddle, kRight };

// One chart of the picture, with its upper left corner at `top`.
class Drawing {
 public:
  Drawing(cairo_t* cairo, const Chart& chart, double top)
      : cairo_(cairo), chart_(chart), axes_(AxesOf(chart, 9, 7)), top_(top + kTop) {}

  void Draw() {
    Color(kInk);
    Text(kLeft, top_ - 20, ChartTitle(chart_), kTitleSize, Anchor::kLeft);
    for (const Tick& tick : axes_.x.ticks) DrawStep(tick);
    for (const Tick& tick : axes_.y.ticks) DrawValue(tick);
    Color(kInk);
    Text(kLeft + kInnerWidth / 2, top_ + kInnerHeight + 42, chart_.x_label, kTextSize,
         Anchor::kMiddle);
    cairo_set_line_width(cairo_, 1);
    cairo_rectangle(cairo_, kLeft, top_, kInnerWidth, kInnerHeight);
    cairo_stroke(cairo_);
    for (size_t i = 0; i < chart_.series.size(); ++i) DrawCurve(i);
    if (chart_.series.size() > 1) DrawNames();
  }

 private:
  double X(double value) const { return kLeft + axes_.x.Fraction(value) * kInnerWidth; }
  double Y(double value) const { return top_ + (1 - axes_.y.Fraction(value)) * kInnerHeight; }

  void Color(const Rgb& color) { cairo_set_source_rgb(cairo_, color.red, color.green, color.blue); }
  void Line(double from_x, double from_y, double to_x, double to_y) {
    cairo_move_to(cairo_, from_x, from_y);
    cairo_line_to(cairo_, to_x, to_y);
    cairo_stroke(cairo_);
  }
  // How wide it came out.
  double Text(double x, double y, const std::string& text, double size, Anchor anchor) {
    cairo_set_font_size(cairo_, size);
    cairo_text_extents_t extents;
    cairo_text_extents(cairo_, text.c_str(), &extents);
    if (anchor == Anchor::kMiddle) x -= extents.x_advance / 2;
    if (anchor == Anchor::kRight) x -= extents.x_advance;
    cairo_move_to(cairo_, x, y);
    cairo_show_text(cairo_, text.c_str());
    return extents.x_advance;
  }

  void DrawStep(const Tick& tick) {
    cairo_set_line_width(cairo_, 1);
    Color(kGrid);
    Line(X(tick.value), top_, X(tick.value), top_ + kInnerHeight);
    Color(kInk);
    Text(X(tick.value), top_ + kInnerHeight + 20, tick.text, kTextSize, Anchor::kMiddle);
  }
  void DrawValue(const Tick& tick) {
    cairo_set_line_width(cairo_, 1);
    Color(kGrid);
    Line(kLeft, Y(tick.value), kLeft + kInnerWidth, Y(tick.value));
    Color(kInk);
    Text(kLeft - 8, Y(tick.value) + kTextSize / 3, tick.text, kTextSize, Anchor::kRight);
  }

  void DrawCurve(size_t number) {
    Color(kCurves[number % std::size(kCurves)]);
    cairo_set_line_width(cairo_, 2);
    cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
    const std::vector<ChartPoint> points =
        Thinned(chart_.series[number].points, axes_.x, static_cast<size_t>(kInnerWidth));
    for (const ChartPoint& point : points) cairo_line_to(cairo_, X(point.x), Y(point.y));
    cairo_stroke(cairo_);
    if (points.size() > 30) return;
    // Few enough to be seen one by one, as evaluations are.
    for (const ChartPoint& point : points) {
      cairo_arc(cairo_, X(point.x), Y(point.y), 3.5, 0, 2 * M_PI);
      cairo_fill(cairo_);
    }
  }

  void DrawNames() {
    double x = kLeft + 10;
    for (size_t i = 0; i < chart_.series.size(); ++i) {
      Color(kCurves[i % std::size(kCurves)]);
      cairo_rectangle(cairo_, x, top_ + 10, 14, 5);
      cairo_fill(cairo_);
      Color(kInk);
      x += 20;
      x += Text(x, top_ + 18, chart_.series[i].name, kTextSize, Anchor::kLeft) + 20;
    }
  }

  cairo_t* const cairo_;
  const Chart& chart_;
  const ChartAxes axes_;
  const double top_;
};

struct Destroy {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};

cairo_status_t Append(void* bytes, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

absl::StatusOr<std::string> ChartsPng(const std::vector<Chart>& charts) {
  const double height = kHeight * static_cast<double>(charts.size());
  const std::unique_ptr<cairo_surface_t, Destroy> surface(cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, static_cast<int>(kWidth), static_cast<int>(height)));
  const std::unique_ptr<cairo_t, Destroy> cairo(cairo_create(surface.get()));
  cairo_set_source_rgb(cairo.get(), 1, 1, 1);
  cairo_paint(cairo.get());
  cairo_select_font_face(cairo.get(), "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                         CAIRO_FONT_WEIGHT_NORMAL);
  double top = 0;
  for (const Chart& chart : charts) {
    if (HasPoints(chart)) Drawing(cairo.get(), chart, top).Draw();
    top += kHeight;
  }
  std::string bytes;
  cairo_status_t status = cairo_status(cairo.get());
  if (status == CAIRO_STATUS_SUCCESS) {
    status = cairo_surface_write_to_png_stream(surface.get(), Append, &bytes);
  }
  if (status == CAIRO_STATUS_SUCCESS) return bytes;
  return absl::InternalError(
      absl::StrCat("the picture could not be drawn: ", cairo_status_to_string(status)));
}

}  // namespace nepa::cli
