#include "common/config/path_text.h"

#include <gtest/gtest.h>

namespace nepa::config {
namespace {

TEST(PathText, RelativePathsCountFromTheFolder) {
  EXPECT_EQ(AbsolutePath("/jobs", "images"), "/jobs/images");
  EXPECT_EQ(AbsolutePath("/jobs/", "./a//b/"), "/jobs/a/b");
  EXPECT_EQ(AbsolutePath("/jobs/mine", "../data"), "/jobs/data");
  EXPECT_EQ(AbsolutePath("/jobs", "../../.."), "/");
  EXPECT_EQ(AbsolutePath("/jobs", "..data/...x"), "/jobs/..data/...x");
}

TEST(PathText, AbsolutePathsStayWhereTheyAre) {
  EXPECT_EQ(AbsolutePath("/jobs", "/data/../images"), "/images");
  EXPECT_EQ(AbsolutePath("/jobs", "/"), "/");
}

TEST(PathText, NamesOfFiles) {
  EXPECT_EQ(FileName("a/b/c.yaml"), "c.yaml");
  EXPECT_EQ(FileName("c.yaml"), "c.yaml");
  EXPECT_EQ(FileName("a/"), "");
  EXPECT_EQ(WithoutEnding("c.d.yaml"), "c.d");
  EXPECT_EQ(WithoutEnding(".hidden"), ".hidden");
  EXPECT_EQ(WithoutEnding("plain"), "plain");
}

}  // namespace
}  // namespace nepa::config
