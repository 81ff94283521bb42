#include "common/frames/line_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nepa::frames {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(LineSplitter, LinesComeOutWholeHoweverTheBytesWereCut) {
  const std::string text = "one\n\ntwo three\nfour\nrest";
  for (size_t cut = 1; cut <= text.size(); ++cut) {
    LineSplitter splitter;
    std::vector<std::string> lines;
    for (size_t at = 0; at < text.size(); at += cut) {
      ASSERT_TRUE(splitter.Feed(std::string_view(text).substr(at, cut), lines).ok());
    }
    EXPECT_THAT(lines, ElementsAre("one", "", "two three", "four"));
    EXPECT_EQ(splitter.rest(), "rest");
  }
}

TEST(LineSplitter, ALineOfExactlyTheLimitPasses) {
  LineSplitter splitter(4);
  std::vector<std::string> lines;
  EXPECT_TRUE(splitter.Feed("abcd\n", lines).ok());
  EXPECT_THAT(lines, ElementsAre("abcd"));
}

TEST(LineSplitter, ALineOverTheLimitEndsItForGoodAndHoldsNothing) {
  LineSplitter splitter(4);
  std::vector<std::string> lines;
  const absl::Status status = splitter.Feed("ok\nabc", lines);
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(splitter.Feed("de", lines).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(splitter.Feed("\nmore\n", lines).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(lines, ElementsAre("ok"));
  EXPECT_THAT(splitter.rest(), IsEmpty());
}

}  // namespace
}  // namespace nepa::frames
