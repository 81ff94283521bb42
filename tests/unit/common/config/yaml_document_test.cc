#include "common/config/yaml_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/config/source_text.h"

namespace nepa::config {
namespace {

TEST(YamlDocument, KeepsWhereEverythingStands) {
  const YamlDocument document = ReadYaml("a: 1\nb:\n  c: [x, \"y\"]\n");
  ASSERT_FALSE(document.broken);
  EXPECT_TRUE(document.faults.empty());
  const Node& root = document.root;
  EXPECT_EQ(root.position, (Position{1, 1}));
  EXPECT_EQ(root.Find("a")->position, (Position{1, 4}));
  EXPECT_EQ(root.Find("b")->position, (Position{3, 3}));
  EXPECT_EQ(root.entries[1].position, (Position{2, 1}));
  const Node& list = *root.Find("b")->Find("c");
  EXPECT_EQ(list.position, (Position{3, 6}));
  EXPECT_EQ(list.items[1].position, (Position{3, 10}));
}

TEST(YamlDocument, TellsTextInQuotesFromPlainText) {
  const Node root = ReadYaml("a: 1\nb: '1'\nc: \"1\"\nd: |\n  1\n").root;
  EXPECT_FALSE(root.Find("a")->quoted);
  EXPECT_TRUE(root.Find("b")->quoted);
  EXPECT_TRUE(root.Find("c")->quoted);
  EXPECT_TRUE(root.Find("d")->quoted);
}

TEST(YamlDocument, AnEmptyValueStandsAtItsKey) {
  const Node root = ReadYaml("a:\nb: ~\nc: null\n").root;
  EXPECT_TRUE(root.Find("a")->is_null());
  EXPECT_EQ(root.Find("a")->position, (Position{1, 1}));
  EXPECT_EQ(root.Find("b")->position, (Position{2, 4}));
  EXPECT_EQ(root.Find("c")->position, (Position{3, 4}));
}

TEST(YamlDocument, NothingAtAllIsEmpty) {
  for (const char* text : {"", "\n\n", "# a comment\n", "   "}) {
    EXPECT_TRUE(ReadYaml(text).empty) << text;
  }
  EXPECT_FALSE(ReadYaml("---\n").empty);
  EXPECT_FALSE(ReadYaml("x").empty);
}

TEST(YamlDocument, NodesAreCounted) {
  std::string text = "[";
  for (size_t i = 0; i <= kMostNodes; ++i) text += "x,";
  const YamlDocument document = ReadYaml(text + "]");
  EXPECT_TRUE(document.broken);
  ASSERT_EQ(document.faults.size(), 1);
  EXPECT_EQ(document.faults[0].message, "more than 100000 values");
}

TEST(YamlDocument, DepthIsBounded) {
  const auto nested = [](size_t depth) {
    return ReadYaml(std::string(depth, '[') + std::string(depth, ']')).broken;
  };
  EXPECT_FALSE(nested(kMostDepth));
  EXPECT_TRUE(nested(kMostDepth + 1));
}

TEST(SourceText, FindsTheFirstByteThatIsNotUtf8) {
  for (const char* wrong : {"\xff", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                            "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\x80"}) {
    const auto found = SourceText("a\nbü" + std::string(wrong)).FirstWrongByte();
    ASSERT_TRUE(found) << wrong;
    EXPECT_EQ(found->position, (Position{2, 3}));
  }
  for (const char* right : {"ü", "€", "𝄞", "\xf4\x8f\xbf\xbf", "\ta\r\nb\n"}) {
    EXPECT_FALSE(SourceText(right).FirstWrongByte()) << right;
  }
}

TEST(SourceText, ReturnsAloneAndOtherControlCharactersAreRefused) {
  for (const std::string wrong : {"a\rb", "a\x7f", "a\x1b[0m", "a\r"}) {
    EXPECT_TRUE(SourceText(wrong).FirstWrongByte()) << wrong;
  }
  EXPECT_TRUE(SourceText(absl::string_view("a\0b", 3)).FirstWrongByte());
}

TEST(SourceText, ColumnsCountCharacters) {
  const SourceText text("größe: x\n");
  EXPECT_EQ(text.PositionAt(0, 9), (Position{1, 8}));
  EXPECT_EQ(text.PositionAt(7, 9), (Position{8, 1}));
}

TEST(SourceText, KnowsWhetherAQuoteIsClosed) {
  EXPECT_TRUE(SourceText("\"a\"").QuoteIsClosed(0, 0));
  EXPECT_TRUE(SourceText("'a''b'").QuoteIsClosed(0, 0));
  EXPECT_TRUE(SourceText("a").QuoteIsClosed(0, 0));
  EXPECT_FALSE(SourceText("\"a\\\"").QuoteIsClosed(0, 0));
  EXPECT_FALSE(SourceText("'a''").QuoteIsClosed(0, 0));
  EXPECT_FALSE(SourceText("\"a\\").QuoteIsClosed(0, 0));
}

}  // namespace
}  // namespace nepa::config
