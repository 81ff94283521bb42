// The worker's state folder at every point where the disk can fail or the power can go.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "common/base/status.h"
#include "common/io/file.h"
#include "tests/support/crash_points.h"
#include "worker/runtime/process_identity.h"
#include "worker/runtime/state_folder.h"

namespace nepa::worker {
namespace {

namespace fs = std::filesystem;
using testing::CrashPoints;
using testing::TestEveryCrashPoint;

const std::string& Folder() {
  static const auto* const folder =
      new std::string(::testing::TempDir() + "/state_folder_crash_test");
  return *folder;
}

std::string Read(const std::string& name) {
  const absl::StatusOr<std::string> text = io::ReadFile(Folder() + "/state/" + name, 4096);
  return text.ok() ? *text : "";
}

TEST(StateFolderCrash, EndpointsAreWholeOrAbsent) {
  const CrashPoints points = TestEveryCrashPoint(
      Folder(), {.name = "a worker's start and endpoints.json",
                 .prepare = [] {},
                 .write =
                     [] {
                       NEPA_ASSIGN_OR_RETURN(StateFolder state,
                                             StateFolder::Open(Folder() + "/state"));
                       return state.WriteEndpoints("127.0.0.1:7481");
                     },
                 .check =
                     [](bool acknowledged) {
                       const std::string text = Read("endpoints.json");
                       EXPECT_TRUE(text == "{\"http\":\"127.0.0.1:7481\"}\n" ||
                                   (!acknowledged && text.empty()))
                           << text;
                     }});
  EXPECT_GE(points.calls, 12);
}

// The record of a process is what the next start finds the process by.
TEST(StateFolderCrash, RecordsOfAProcessAreWholeOrAbsentAndThereOnceItRuns) {
  const agent::RankId rank{{"j1", 1}, 0};
  const std::string identity = Encode(*IdentityOf(::getpid()));
  const CrashPoints points = TestEveryCrashPoint(
      Folder(),
      {.name = "a worker's record of a rank",
       .prepare = [] { ASSERT_TRUE(StateFolder::Open(Folder() + "/state").ok()); },
       .write =
           [&] {
             NEPA_ASSIGN_OR_RETURN(StateFolder state, StateFolder::Open(Folder() + "/state"));
             NEPA_RETURN_IF_ERROR(state.WriteJob(rank, "{\"rank\": 0}").status());
             return state.WriteProcess(rank, ::getpid());
           },
       .check =
           [&](bool acknowledged) {
             const std::string job = Read("ranks/j1.1.0.json"), process = Read("ranks/j1.1.0.pid");
             EXPECT_TRUE(job == "{\"rank\": 0}" || (!acknowledged && job.empty())) << job;
             EXPECT_TRUE(process == identity || (!acknowledged && process.empty())) << process;
           }});
  EXPECT_GE(points.calls, 12);
}

TEST(StateFolderCrash, RecordsOfRanksThatEndedAreGoneAfterTheNextStart) {
  const CrashPoints points = TestEveryCrashPoint(
      Folder(), {.name = "a worker's removal of old records",
                 .prepare =
                     [] {
                       const auto state = StateFolder::Open(Folder() + "/state");
                       ASSERT_TRUE(state.ok());
                       for (const char* name : {"j1.1.0.json", "j1.1.0.pid"}) {
                         const std::string path = Folder() + "/state/ranks/" + name;
                         ASSERT_TRUE(io::WriteFileAtomically(path, "999999999 1 boot").ok());
                       }
                     },
                 .write =
                     [] {
                       NEPA_ASSIGN_OR_RETURN(StateFolder state,
                                             StateFolder::Open(Folder() + "/state"));
                       return state.EndStaleRanks();
                     },
                 .check = [](bool) {}});
  EXPECT_GE(points.calls, 4);
  EXPECT_TRUE(fs::is_empty(Folder() + "/state/ranks"));
}

}  // namespace
}  // namespace nepa::worker
