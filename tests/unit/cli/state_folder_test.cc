#include "cli/state_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace nepa::cli {
namespace {

class StateFolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = ::testing::TempDir() + "state-folder-" +
            ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(path_);
  }
  void TearDown() override { std::filesystem::remove_all(path_); }
  std::string path_;
};

TEST_F(StateFolderTest, OneRunAtATimeUsesAFolder) {
  {
    const auto first = StateFolder::Open(path_ + "/a/b/", absl::ZeroDuration());
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_EQ(first->path(), path_ + "/a/b");
    const auto second = StateFolder::Open(path_ + "/a/b", absl::ZeroDuration());
    EXPECT_TRUE(absl::IsFailedPrecondition(second.status())) << second.status();
  }
  EXPECT_TRUE(StateFolder::Open(path_ + "/a/b", absl::ZeroDuration()).ok());
}

TEST_F(StateFolderTest, AFileInPlaceOfTheFolderIsWrongUsage) {
  std::ofstream(path_) << "name: a\n";
  const auto folder = StateFolder::Open(path_, absl::ZeroDuration());
  EXPECT_TRUE(absl::IsInvalidArgument(folder.status())) << folder.status();
  EXPECT_NE(folder.status().message().find("--state: "), std::string::npos) << folder.status();
  std::filesystem::remove(path_);
}

TEST_F(StateFolderTest, TheEndOfALogIsItsLastLines) {
  std::filesystem::create_directories(path_);
  std::ofstream(path_ + "/log") << "one\ntwo\nthree";
  EXPECT_EQ(LastLines(path_ + "/log", 2), "  two\n  three\n");
  EXPECT_EQ(LastLines(path_ + "/log", 9), "  one\n  two\n  three\n");
  EXPECT_EQ(LastLines(path_ + "/none", 2), "");
}

}  // namespace
}  // namespace nepa::cli
