#include "cli/screen.h"

#include <gtest/gtest.h>

#include <sstream>

namespace nepa::cli {
namespace {

constexpr TerminalSize kSize{.columns = 20, .rows = 3};

// What a screen wrote since the last look.
std::string Taken(std::ostringstream& out) {
  std::string text = out.str();
  out.str("");
  return text;
}

TEST(ScreenTest, TheOtherScreenIsShownAndLeftAgain) {
  std::ostringstream out;
  {
    Screen screen(out);
    EXPECT_EQ(Taken(out), "\033[?1049h\033[?25l");
  }
  EXPECT_EQ(Taken(out), "\033[?25h\033[?1049l");
}

TEST(ScreenTest, OnlyLinesThatDifferAreWritten) {
  std::ostringstream out;
  Screen screen(out);
  Taken(out);
  screen.Draw({"one", "two"}, kSize);
  EXPECT_EQ(Taken(out), "\033[H\033[2J\033[1;1H\033[Kone\033[2;1H\033[Ktwo");
  screen.Draw({"one", "2"}, kSize);
  EXPECT_EQ(Taken(out), "\033[2;1H\033[K2");
  screen.Draw({"one", "2"}, kSize);
  EXPECT_EQ(Taken(out), "");
}

TEST(ScreenTest, LinesThatAreGoneAreCleared) {
  std::ostringstream out;
  Screen screen(out);
  screen.Draw({"one", "two", "three"}, kSize);
  Taken(out);
  screen.Draw({"one"}, kSize);
  EXPECT_EQ(Taken(out), "\033[2;1H\033[J");
}

TEST(ScreenTest, AnotherSizeDrawsAllAnewAndNoMoreThanFits) {
  std::ostringstream out;
  Screen screen(out);
  screen.Draw({"one", "two"}, kSize);
  Taken(out);
  screen.Draw({"one", "two"}, {.columns = 20, .rows = 1});
  EXPECT_EQ(Taken(out), "\033[H\033[2J\033[1;1H\033[Kone");
}

}  // namespace
}  // namespace nepa::cli
