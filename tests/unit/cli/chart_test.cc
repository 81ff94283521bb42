#include "cli/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/str_join.h"
#include "cli/chart_png.h"
#include "cli/chart_text.h"

namespace nepa::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<std::string> Texts(const Axis& axis) {
  std::vector<std::string> texts;
  for (const Tick& tick : axis.ticks) texts.push_back(tick.text);
  return texts;
}

Chart Line(const std::string& name, std::vector<ChartPoint> points) {
  return {"loss", "", "step", {{name, std::move(points)}}};
}

std::string Text(const Chart& chart, size_t columns, size_t rows, bool color = false) {
  return absl::StrJoin(ChartLines(chart, {columns, rows, color}), "\n");
}

TEST(AxisTest, TicksAreRoundNumbersWithinItAndNoMoreThanThereIsRoomFor) {
  EXPECT_THAT(Texts(MakeAxis(0, 100, 6)), ElementsAre("0", "20", "40", "60", "80", "100"));
  EXPECT_THAT(Texts(MakeAxis(0, 2340, 5)), ElementsAre("0", "1,000", "2,000"));
  EXPECT_THAT(Texts(MakeAxis(-0.93, -0.41, 4)), ElementsAre("-0.8", "-0.6"));
  EXPECT_THAT(Texts(MakeAxis(-1, 1, 5)), ElementsAre("-1.0", "-0.5", "0.0", "0.5", "1.0"));
  for (double high = 0.0013; high < 1e7; high *= 1.7) {
    for (const size_t most : {2, 3, 5, 9}) {
      const Axis axis = MakeAxis(0.001, high, most);
      EXPECT_LE(axis.ticks.size(), most) << high;
      for (const Tick& tick : axis.ticks) {
        EXPECT_GE(axis.Fraction(tick.value), 0);
        EXPECT_LE(axis.Fraction(tick.value), 1);
      }
    }
  }
}

TEST(AxisTest, AConstantLiesInTheMiddleOfItsAxis) {
  for (const double value : {0.0, 3.0, -7.5}) {
    EXPECT_NEAR(MakeAxis(value, value, 3).Fraction(value), 0.5, 1e-12) << value;
  }
}

TEST(ChartTest, AFallingLineGoesFromTheUpperLeftToTheLowerRight) {
  EXPECT_EQ(Text(Line("", {{0, 4}, {100, 0}}), 30, 4),
            "loss over steps\n"
            "4 ┤⠉⠒⠒⠤⢄⣀\n"
            "3 ┤      ⠉⠉⠒⠢⠤⢄⣀\n"
            "2 ┤             ⠉⠑⠒⠢⠤⣀⣀\n"
            "0 ┤                    ⠉⠑⠒⠤⠤⣀\n"
            "   0   20   40   60   80  100");
}

TEST(AxisTest, FromSixTicksOnThereAreAtLeastTwoRoundNumbers) {
  for (double width = 1.3e-5; width < 1e6; width *= 1.37) {
    for (const double low : {-3.3, 0.0, 0.17, 1234.5}) {
      EXPECT_GE(MakeAxis(low, low + width, 6).ticks.size(), 2u) << low << " + " << width;
    }
  }
}

TEST(ChartTest, NothingMeasuredSaysSo) {
  EXPECT_EQ(Text(Line("", {}), 80, 4), "loss: nothing measured yet");
  EXPECT_EQ(Text(Line("", {{1, std::nan("")}}), 80, 4), "loss: nothing measured yet");
}

TEST(ChartTest, PointsThatAreNoNumbersAreLeftOut) {
  const std::string text = Text(Line("", {{0, 1}, {5, std::nan("")}, {10, 1}}), 40, 3);
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

TEST(ChartTest, NoLineIsWiderThanTheRoom) {
  std::vector<ChartPoint> points;
  for (int i = 0; i < 5000; ++i) points.push_back({i * 1000.0, 1e6 * std::sin(i / 100.0)});
  for (const size_t columns : {30, 41, 80, 200}) {
    for (const std::string& line : ChartLines(Line("", points), {columns, 8, false})) {
      size_t width = 0;
      for (const char byte : line) width += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
      EXPECT_LE(width, columns) << line;
    }
  }
}

TEST(ChartTest, SeveralCurvesHaveLettersWithoutColoursAndColoursWithThem) {
  Chart chart = Line("j1 fast", {{0, 0}, {10, 10}});
  chart.series.push_back({"j2 slow", {{0, 0}, {10, 5}}});
  const std::string plain = Text(chart, 40, 6);
  EXPECT_THAT(plain, HasSubstr("a j1 fast   b j2 slow"));
  const size_t curves_end = plain.rfind("a j1 fast");
  EXPECT_NE(plain.find('a', plain.find('\n')), curves_end) << "no mark at the end of a curve";
  EXPECT_THAT(plain, Not(HasSubstr("\033")));
  EXPECT_THAT(Text(chart, 40, 6, /*color=*/true), HasSubstr("\033[33m"));
}

TEST(ThinnedTest, ManyPointsBecomeTheMeansOfEqualParts) {
  std::vector<ChartPoint> points;
  for (int i = 0; i < 1000; ++i) points.push_back({static_cast<double>(i), i < 500 ? 1.0 : 3.0});
  const auto thinned = Thinned(points, MakeAxis(0, 999, 2), 4);
  ASSERT_THAT(thinned, SizeIs(4));
  EXPECT_EQ(thinned[0].y, 1);
  EXPECT_EQ(thinned[3].y, 3);
  EXPECT_NEAR(thinned[0].x, 124.5, 1);
}

TEST(ChartPngTest, APictureIsAPngAndShowsItsCurves) {
  const auto flat = ChartsPng({Line("", {{0, 1}, {10, 1}})});
  const auto steep = ChartsPng({Line("", {{0, 1}, {10, 2}})});
  ASSERT_TRUE(flat.ok()) << flat.status();
  ASSERT_TRUE(steep.ok()) << steep.status();
  EXPECT_THAT(*flat, StartsWith("\x89PNG\r\n\x1a\n"));
  EXPECT_NE(*flat, *steep);
  EXPECT_EQ(*flat, *ChartsPng({Line("", {{0, 1}, {10, 1}})})) << "the same chart, another picture";
}

TEST(ChartPngTest, ChartsStandUnderEachOther) {
  const auto height = [](const std::string& png) {
    // Bytes 20 to 23 of a PNG, the larger first.
    return static_cast<unsigned char>(png[22]) * 256 + static_cast<unsigned char>(png[23]);
  };
  const Chart chart = Line("", {{0, 1}, {10, 2}});
  EXPECT_EQ(height(*ChartsPng({chart})), 400);
  EXPECT_EQ(height(*ChartsPng({chart, chart})), 800);
}

}  // namespace
}  // namespace nepa::cli
