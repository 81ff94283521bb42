#include "cli/table.h"

#include <gtest/gtest.h>

namespace nepa::cli {
namespace {

TEST(TableTest, ColumnsAreAlignedAndNoLineEndsInBlanks) {
  Table table({{"NAME"}, {"STEP", Align::kRight}, {"REASON"}});
  table.AddRow({"a", "5", "x"});
  table.AddRow({"longer", "1,234", ""});
  EXPECT_EQ(table.Render(false),
            "NAME     STEP  REASON\n"
            "a           5  x\n"
            "longer  1,234  -\n");
}

TEST(TableTest, WidthsCountCharactersAndNotBytes) {
  Table table({{"N"}, {"V"}});
  table.AddRow({"größe", "1"});
  table.AddRow({"a", "2"});
  EXPECT_EQ(table.Render(false),
            "N      V\n"
            "größe  1\n"
            "a      2\n");
}

TEST(TableTest, ColoursDoNotMoveTheColumns) {
  Table table({{"PHASE"}, {"V"}});
  table.AddRow({Cell("UP", Color::kGreen), "1"});
  EXPECT_EQ(table.Render(true),
            "\033[1mPHASE\033[0m  \033[1mV\033[0m\n"
            "\033[32mUP\033[0m     1\n");
}

TEST(TableTest, ALineBreakInACellDoesNotBreakTheTable) {
  Table table({{"M"}});
  table.AddRow({"two\nlines"});
  EXPECT_EQ(table.Render(false), "M\ntwo lines\n");
}

TEST(TableTest, WhatHasNoRoomIsLeftOutFromTheRightAndTheLastThatHasIsCut) {
  Table table({{"ID"}, {"REASON"}, {"MORE"}});
  table.AddRow({"j1", "waits for slots", "x"});
  EXPECT_EQ(table.RenderWithin(false, 80), table.Render(false));
  EXPECT_EQ(table.RenderWithin(false, 23),
            "ID  REASON\n"
            "j1  waits for slots\n");
  EXPECT_EQ(table.RenderWithin(false, 12),
            "ID  REASON\n"
            "j1  waits f…\n");
  EXPECT_EQ(table.RenderWithin(false, 9), "ID\nj1\n");
  EXPECT_EQ(table.RenderWithin(false, 1), "…\n…\n");
}

TEST(FieldListTest, ValuesStandUnderEachOtherAlsoTheirFurtherLines) {
  FieldList fields;
  fields.Add("Id", "j1");
  fields.Add("Reason", "");
  fields.Add("Gang", "rank 0\nrank 1");
  EXPECT_EQ(fields.Render(false),
            "Id      j1\n"
            "Reason  -\n"
            "Gang    rank 0\n"
            "        rank 1\n");
}

TEST(CutToWidthTest, WhatIsTooLongEndsInAnEllipsis) {
  EXPECT_EQ(CutToWidth("größer", 6), "größer");
  EXPECT_EQ(CutToWidth("größer", 4), "grö…");
  EXPECT_EQ(CutToWidth("abc", 0), "");
}

}  // namespace
}  // namespace nepa::cli
