#include "common/json_text/json_text.h"

#include <gtest/gtest.h>

namespace nepa::json_text {
namespace {

std::string Nested(int depth) {
  std::string text(depth, '[');
  return text + std::string(depth, ']');
}

TEST(JsonText, DepthCountsWhatLiesAroundOneAnother) {
  EXPECT_EQ(Depth("7"), 0);
  EXPECT_EQ(Depth("{}"), 1);
  EXPECT_EQ(Depth(R"([[], [{"a": [1]}], {}])"), 4);
}

TEST(JsonText, BracketsOfTextsDoNotCount) {
  EXPECT_EQ(Depth(R"(["[[[[", "{\"[[", "\\"])"), 1);
  EXPECT_EQ(Depth(R"({"a\\": [1]})"), 2);
}

TEST(JsonText, ReadsUpToTheBoundAndNoDeeper) {
  EXPECT_TRUE(Parse(Nested(kMostDepth)).is_array());
  EXPECT_TRUE(Parse(Nested(kMostDepth + 1)).is_discarded());
  EXPECT_TRUE(Parse<nlohmann::ordered_json>(Nested(kMostDepth + 1)).is_discarded());
}

TEST(JsonText, AMillionBracketsAreRefused) {
  EXPECT_TRUE(Parse(Nested(1'000'000)).is_discarded());
  EXPECT_TRUE(Parse(std::string(1'000'000, '[')).is_discarded());
  EXPECT_TRUE(Parse("{\"a\": " + std::string(1'000'000, '{')).is_discarded());
}

TEST(JsonText, WhatIsNoJsonIsDiscarded) {
  for (const char* text : {"", "{", "[1,]", "nul", "{\"a\" 1}", "\"\xff\"", "]]]]", "1 2"}) {
    EXPECT_TRUE(Parse(text).is_discarded()) << text;
  }
}

}  // namespace
}  // namespace nepa::json_text
