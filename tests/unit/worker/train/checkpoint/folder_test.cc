#include "worker/train/checkpoint/folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/io/file.h"
#include "common/manifest/manifest.h"

namespace nepa::checkpoint {
namespace {

namespace fs = std::filesystem;

class FolderTest : public testing::Test {
 protected:
  void SetUp() override {
    checkpoints_ = testing::TempDir() + "/folder_test_" +
                   testing::UnitTest::GetInstance()->current_test_info()->name() + "/checkpoints";
    fs::remove_all(checkpoints_);
  }

  PendingFolder Fill(int64_t step, const std::string& text) {
    auto pending = PendingFolder::Open(checkpoints_, step, 2);
    EXPECT_TRUE(pending.ok()) << pending.status();
    std::ofstream(pending->path() + "/weights") << text;
    return *std::move(pending);
  }

  std::vector<std::string> Entries() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(checkpoints_)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  std::string checkpoints_;
};

TEST_F(FolderTest, ACommittedFolderIsUnderItsNameAndVerifies) {
  const auto committed = Fill(1000, "w").Commit();
  ASSERT_TRUE(committed.ok()) << committed.status();
  EXPECT_EQ(committed->path, checkpoints_ + "/step-00001000-attempt-2");
  const auto manifest = manifest::Verify(committed->path);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->step, 1000);
  EXPECT_EQ(manifest->attempt, 2);
  EXPECT_EQ(committed->manifest_sha256, *io::Sha256HexOfFile(committed->path + "/manifest.json"));
  EXPECT_EQ(committed->bytes,
            1 + static_cast<int64_t>(fs::file_size(committed->path + "/manifest.json")));
  EXPECT_THAT(Entries(), testing::ElementsAre("step-00001000-attempt-2"));
}

TEST_F(FolderTest, AFolderThatIsNotCommittedLeavesNothing) {
  { const PendingFolder pending = Fill(5, "w"); }
  EXPECT_THAT(Entries(), testing::IsEmpty());
}

TEST_F(FolderTest, CommittingTheSameStepAgainReplacesTheFolder) {
  ASSERT_TRUE(Fill(5, "old").Commit().ok());
  const auto committed = Fill(5, "newer").Commit();
  ASSERT_TRUE(committed.ok()) << committed.status();
  EXPECT_EQ(*io::ReadFile(committed->path + "/weights", 100), "newer");
  EXPECT_THAT(Entries(), testing::ElementsAre("step-00000005-attempt-2"));
}

TEST_F(FolderTest, LeftoversOfACrashAreRemovedAndCompleteFoldersStay) {
  ASSERT_TRUE(Fill(5, "w").Commit().ok());
  fs::create_directories(checkpoints_ + "/.tmp-step-00000006-attempt-1");
  std::ofstream(checkpoints_ + "/.tmp-step-00000006-attempt-1/weights") << "half";
  ASSERT_TRUE(RemoveLeftovers(checkpoints_).ok());
  EXPECT_THAT(Entries(), testing::ElementsAre("step-00000005-attempt-2"));
}

TEST_F(FolderTest, CompleteFoldersOfEarlierAttemptsThatNobodyHeardOfAreRemoved) {
  for (const char* name :
       {"step-00000005-attempt-1", "step-00000007-attempt-1", "step-00000007-attempt-2",
        "step-00000009-attempt-3", "step-9-attempt-1", "notes"}) {
    fs::create_directories(checkpoints_ + "/" + name);
  }
  ASSERT_TRUE(RemoveUnregistered(checkpoints_, 3, {"step-00000005-attempt-1"}).ok());
  EXPECT_THAT(Entries(),
              testing::UnorderedElementsAre("step-00000005-attempt-1", "step-00000009-attempt-3",
                                            "step-9-attempt-1", "notes"));
  fs::remove_all(checkpoints_);
  EXPECT_TRUE(RemoveUnregistered(checkpoints_, 3, {}).ok());
}

TEST_F(FolderTest, AJobWithoutCheckpointsHasNoLeftovers) {
  EXPECT_TRUE(RemoveLeftovers(checkpoints_).ok());
}

TEST_F(FolderTest, AFolderThatCannotBeMadeIsAnErrorThatNamesIt) {
  fs::create_directories(fs::path(checkpoints_).parent_path());
  std::ofstream(checkpoints_) << "a file is in the way";
  const absl::Status status = PendingFolder::Open(checkpoints_, 1, 1).status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr(checkpoints_));
}

}  // namespace
}  // namespace nepa::checkpoint
