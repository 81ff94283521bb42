// Whole files and folders at every point where the disk can fail or the power can go; and that the
// fake disk finds a writer that forgets a sync.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "common/base/status.h"
#include "common/io/file.h"
#include "common/io/write_all.h"
#include "tests/support/crash_points.h"
#include "tests/support/fault_disk.h"

namespace nepa::io {
namespace {

namespace fs = std::filesystem;
using testing::CrashPoints;
using testing::FaultDisk;

const std::string& Folder() {
  static const auto* const folder = new std::string(::testing::TempDir() + "/file_crash_test");
  return *folder;
}

std::string Path() { return Folder() + "/endpoints.json"; }

std::string Read(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path, 1 << 20);
  return text.ok() ? *text : absl::StrCat("(", text.status().ToString(), ")");
}

TEST(FileCrash, AWholeFileIsTheOldOrTheNewOneAndTheNewOneOnceAcknowledged) {
  const std::string old_text(1000, 'o'), new_text(3000, 'n');
  const CrashPoints points = testing::TestEveryCrashPoint(
      Folder(), {.name = "a whole file",
                 .prepare = [&] { ASSERT_TRUE(WriteFileAtomically(Path(), old_text).ok()); },
                 .write = [&] { return WriteFileAtomically(Path(), new_text); },
                 .check =
                     [&](bool acknowledged) {
                       const std::string text = Read(Path());
                       EXPECT_TRUE(text == new_text || (!acknowledged && text == old_text))
                           << text.size() << " bytes";
                     }});
  EXPECT_EQ(points.calls, 5);  // create, write, sync, rename, sync of the folder
}

TEST(FileCrash, AFailedWriteLeavesNothingBeside) {
  fs::remove_all(Folder());
  fs::create_directories(Folder());
  for (int call = 1; call <= 4; ++call) {
    FaultDisk disk(Folder());
    disk.FailAt(call, ENOSPC);
    const ScopedDisk scoped(disk);
    EXPECT_TRUE(absl::IsResourceExhausted(WriteFileAtomically(Path(), "text"))) << call;
    EXPECT_TRUE(fs::is_empty(Folder())) << call;
  }
}

TEST(FileCrash, FoldersThatWereMadeAreThereWithTheirParents) {
  const std::string inner = Folder() + "/a/b/c";
  const CrashPoints points = testing::TestEveryCrashPoint(
      Folder(), {.name = "folders",
                 .prepare = [] {},
                 .write = [&] { return MakeFolders(inner); },
                 .check = [&](bool made) { EXPECT_TRUE(!made || fs::is_directory(inner)); }});
  EXPECT_EQ(points.calls, 6);
}

// What the seam is for: each of these writers keeps its word as long as nothing fails.
struct Careless {
  std::string name;
  std::function<absl::Status()> write;
};

absl::Status WriteUnder(const std::string& name, bool sync) {
  NEPA_ASSIGN_OR_RETURN(const UniqueFd fd, CreateFile(Folder() + name));
  NEPA_RETURN_IF_ERROR(WriteAll(fd.get(), "new", Folder() + name));
  return sync ? SyncFile(fd.get(), Folder() + name) : absl::OkStatus();
}

TEST(FaultDisk, ATornOrLostFileOfACarelessWriterIsSeen) {
  const std::vector<Careless> writers = {
      {"without a sync of the bytes",
       [] {
         NEPA_RETURN_IF_ERROR(WriteUnder("/tmp", false));
         NEPA_RETURN_IF_ERROR(Rename(Folder() + "/tmp", Path()));
         return SyncParent(Path());
       }},
      {"without a sync of the folder",
       [] {
         NEPA_RETURN_IF_ERROR(WriteUnder("/tmp", true));
         return Rename(Folder() + "/tmp", Path());
       }},
      {"in place", [] { return WriteUnder("/endpoints.json", true); }}};
  for (const Careless& careless : writers) {
    std::set<std::string> broken;
    for (int cut = 0; cut <= 6; ++cut) {
      for (unsigned seed = 0; seed < 8; ++seed) {
        fs::remove_all(Folder());
        fs::create_directories(Folder());
        ASSERT_TRUE(WriteFileAtomically(Path(), "old").ok());
        FaultDisk disk(Folder());
        disk.CutAfter(cut);
        bool acknowledged = false;
        {
          const ScopedDisk scoped(disk);
          acknowledged = careless.write().ok();
        }
        disk.PowerOn(testing::Unsynced::kSome, seed);
        const std::string text = Read(Path());
        if (text != "new" && (acknowledged || text != "old")) broken.insert(text);
      }
    }
    EXPECT_FALSE(broken.empty()) << careless.name;
  }
}

}  // namespace
}  // namespace nepa::io
