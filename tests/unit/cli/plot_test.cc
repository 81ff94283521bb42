#include "cli/plot.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nepa::cli {
namespace {

TEST(PlotTest, AFallingLineGoesFromTheUpperLeftToTheLowerRight) {
  EXPECT_EQ(Plot({{0, 4}, {100, 0}}, 24, 2),
            "         4 ┤⠉⠒⠢⠤⢄⣀\n"
            "         0 ┤      ⠉⠑⠒⠢⠤⣀\n"
            "            0        100\n");
}

TEST(PlotTest, NothingToDrawSaysSo) {
  EXPECT_EQ(Plot({}, 80, 4), "no values\n");
  EXPECT_EQ(Plot({{1, std::nan("")}}, 80, 4), "no values\n");
}

TEST(PlotTest, AConstantIsALineInTheMiddle) {
  const std::string text = Plot({{0, 1}, {10, 1}}, 24, 1);
  EXPECT_EQ(text.substr(0, text.find('\n')), "         1 ┤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤");
}

}  // namespace
}  // namespace nepa::cli
