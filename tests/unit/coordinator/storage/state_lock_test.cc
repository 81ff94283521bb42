#include "coordinator/storage/state_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace nepa::storage {
namespace {

using ::testing::HasSubstr;

TEST(StateLock, ASecondHolderIsRefusedAndToldWhoHasIt) {
  const auto first = StateLock::Take(::testing::TempDir());
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = StateLock::Take(::testing::TempDir());
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status()));
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr(absl::StrCat("process ", ::getpid(), ")")));
}

TEST(StateLock, IsFreeAgainWhenItsHolderIsGone) {
  { ASSERT_TRUE(StateLock::Take(::testing::TempDir()).ok()); }
  EXPECT_TRUE(StateLock::Take(::testing::TempDir()).ok());
}

TEST(StateLock, AMissingFolderIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(StateLock::Take("/nonexistent").status()));
}

}  // namespace
}  // namespace nepa::storage
