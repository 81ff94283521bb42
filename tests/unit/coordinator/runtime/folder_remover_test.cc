#include "coordinator/runtime/folder_remover.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/crash_points.h"

namespace nepa::coordinator {
namespace {

namespace fs = std::filesystem;

class RemoveFolderTest : public ::testing::Test {
 protected:
  RemoveFolderTest() {
    fs::remove_all(storage_);
    for (const char* folder : {"jobs/j1/checkpoints/a", "jobs/j1/logs"}) {
      fs::create_directories(storage_ / folder);
      std::ofstream(storage_ / folder / "file") << "x";
    }
  }
  absl::Status Remove(const std::string& path, const std::string& except = "") {
    return RemoveFolder(storage_.string(), {path, except});
  }
  const fs::path storage_ = fs::path(::testing::TempDir()) / "remove_folder_test";
};

TEST_F(RemoveFolderTest, RemovesTheFolderWhole) {
  EXPECT_TRUE(Remove("jobs/j1").ok());
  EXPECT_TRUE(fs::is_empty(storage_ / "jobs"));
}

TEST_F(RemoveFolderTest, LeavesWhatShallStay) {
  EXPECT_TRUE(Remove("jobs/j1", "checkpoints").ok());
  EXPECT_TRUE(fs::exists(storage_ / "jobs/j1/checkpoints/a/file"));
  EXPECT_FALSE(fs::exists(storage_ / "jobs/j1/logs"));
}

TEST_F(RemoveFolderTest, OfWhatIsNotThereIsDone) {
  EXPECT_TRUE(Remove("jobs/j9").ok());
  EXPECT_TRUE(Remove("jobs/j9", "checkpoints").ok());
}

TEST_F(RemoveFolderTest, FinishesWhatAnEarlierStartBegan) {
  fs::rename(storage_ / "jobs/j1", storage_ / "jobs/j1.deleting");
  EXPECT_TRUE(Remove("jobs/j1").ok());
  EXPECT_TRUE(fs::is_empty(storage_ / "jobs"));
}

TEST_F(RemoveFolderTest, IsNeverSeenHalfRemovedUnderItsNameWhenThePowerGoes) {
  const auto points = testing::TestEveryCrashPoint(
      storage_.string(),
      {.name = "removal of a checkpoint",
       .prepare =
           [&] {
             fs::create_directories(storage_ / "checkpoints/a");
             for (const char* name : {"config.json", "manifest.json", "model.safetensors"}) {
               std::ofstream(storage_ / "checkpoints/a" / name) << "x";
             }
           },
       .write = [&] { return Remove("checkpoints/a"); },
       .check =
           [&](bool) {
             if (!fs::exists(storage_ / "checkpoints/a")) return;
             EXPECT_EQ(std::distance(fs::directory_iterator(storage_ / "checkpoints/a"),
                                     fs::directory_iterator()),
                       3);
           }});
  EXPECT_EQ(points.calls, 6);  // rename, sync, three files, the folder
}

}  // namespace
}  // namespace nepa::coordinator
