#include "common/io/file_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/io/file.h"
#include "tests/support/fault_disk.h"

namespace nepa::io {
namespace {

using ::testing::HasSubstr;

class FileLockTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  const std::string folder_ = ::testing::TempDir() + "/file_lock_test";
  const std::string path_ = folder_ + "/lock";
};

TEST_F(FileLockTest, TheSecondIsRefusedAndToldWhoHoldsIt) {
  const auto first = TryLockFile(path_);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = TryLockFile(path_);
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status())) << second.status();
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr(absl::StrCat("process ", ::getpid(), " holds ", path_)));
}

TEST_F(FileLockTest, KillMinusNineOfItsHolderFreesItWithoutWorkByHand) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = TryLockFile(path_);
    const char yes = held.ok() ? 1 : 0;
    if (::write(ready[1], &yes, 1) == 1) ::pause();
    ::_exit(0);
  }
  char taken = 0;
  ASSERT_EQ(::read(ready[0], &taken, 1), 1);
  ASSERT_EQ(taken, 1);
  EXPECT_TRUE(absl::IsFailedPrecondition(TryLockFile(path_).status()));
  EXPECT_EQ(HolderOf(path_), absl::StrCat("process ", child));
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(TryLockFile(path_).ok());
  EXPECT_EQ(HolderOf(path_), absl::StrCat("process ", ::getpid()));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(FileLockTest, OnAFullDiskTheLockIsTakenThoughItsHolderCannotBeNamed) {
  testing::FaultDisk disk(folder_);
  disk.FailAt(3, ENOSPC);  // open, empty, write
  const ScopedDisk scoped(disk);
  const auto lock = TryLockFile(path_);
  ASSERT_TRUE(lock.ok()) << lock.status();
  EXPECT_TRUE(absl::IsFailedPrecondition(TryLockFile(path_).status()));
}

TEST_F(FileLockTest, WhoWaitsKeepsWhatTheFileHeld) {
  ASSERT_TRUE(WriteFileAtomically(path_, "7\n").ok());
  ASSERT_TRUE(LockFileWherePossible(path_).ok());
  EXPECT_EQ(*ReadFile(path_, 10), "7\n");
}

}  // namespace
}  // namespace nepa::io
