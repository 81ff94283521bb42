#include "common/io/absolute_path.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "common/io/unique_fd.h"

namespace nepa::io {
namespace {

using ::testing::HasSubstr;

TEST(AbsolutePath, IsCountedFromTheWorkingDirectoryWithoutDotsAndATrailingSlash) {
  EXPECT_EQ(AbsolutePath("/a/./b/../c/").value(), "/a/c");
  EXPECT_EQ(AbsolutePath("/").value(), "/");
  EXPECT_EQ(AbsolutePath("x").value(), std::filesystem::current_path().string() + "/x");
}

TEST(AbsolutePath, OfNothingIsRefused) {
  EXPECT_EQ(AbsolutePath("").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(AbsolutePath, InARemovedWorkingDirectoryIsAnErrorThatSaysSo) {
  const UniqueFd before(::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_TRUE(before.valid());
  const std::string folder = ::testing::TempDir() + "/removed-working-directory";
  std::filesystem::create_directory(folder);
  ASSERT_EQ(::chdir(folder.c_str()), 0);
  std::filesystem::remove(folder);
  const absl::StatusOr<std::string> relative = AbsolutePath("x");
  const absl::StatusOr<std::string> whole = AbsolutePath("/x");
  ASSERT_EQ(::fchdir(before.get()), 0);
  EXPECT_TRUE(absl::IsNotFound(relative.status())) << relative.status();
  EXPECT_THAT(std::string(relative.status().message()), HasSubstr("give the whole path"));
  EXPECT_EQ(whole.value(), "/x");
}

}  // namespace
}  // namespace nepa::io
