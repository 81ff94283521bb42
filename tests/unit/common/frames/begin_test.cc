#include "common/frames/begin.h"

#include <gtest/gtest.h>

namespace nepa::frames {
namespace {

TEST(Begin, ComesBackWhole) {
  const Begin begin{"/state/j1 \"x\"/job.json", "/srv/jobs/j1/rank-0.log"};
  const std::string line = Encode(begin);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const absl::StatusOr<Begin> back = DecodeBegin(line);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(*back, begin);
}

TEST(Begin, AnotherLineIsRefused) {
  for (const char* line :
       {"", "begin", "{}", R"({"type":"stop","checkpoint":true})",
        R"({"type":"begin","config":"/a"})", R"({"type":"stop","config":"/a","log":"/b"})",
        R"({"type":"begin","config":1,"log":"/b"})"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(DecodeBegin(line).status())) << line;
  }
}

}  // namespace
}  // namespace nepa::frames
