#include "worker/runtime/state_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/integration/worker/scratch_folder.h"
#include "tests/support/program.h"
#include "worker/runtime/process_identity.h"

namespace nepa::worker {
namespace {

using ::testing::HasSubstr;

TEST(StateFolderTest, TwoWorkersCannotShareAFolder) {
  ScratchFolder folder;
  absl::StatusOr<StateFolder> first = StateFolder::Open(folder.path() + "/state");
  ASSERT_TRUE(first.ok()) << first.status();
  const absl::StatusOr<StateFolder> second = StateFolder::Open(folder.path() + "/state");
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status()));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(std::to_string(::getpid())));
  { const StateFolder ended = *std::move(first); }
  EXPECT_TRUE(StateFolder::Open(folder.path() + "/state").ok());
}

TEST(StateFolderTest, OldEndpointsAreGoneUntilTheNewOnesServe) {
  ScratchFolder folder;
  {
    absl::StatusOr<StateFolder> state = StateFolder::Open(folder.path());
    ASSERT_TRUE(state.ok());
    ASSERT_TRUE(state->WriteEndpoints("127.0.0.1:7481").ok());
    std::ifstream stream(folder.path() + "/endpoints.json");
    std::string text;
    std::getline(stream, text);
    EXPECT_EQ(text, R"({"http":"127.0.0.1:7481"})");
  }
  ASSERT_TRUE(StateFolder::Open(folder.path()).ok());
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/endpoints.json"));
}

TEST(StateFolderTest, AProcessThatOnlyHasTheNumberOfAnOldRankIsLeftAlone) {
  ScratchFolder folder;
  absl::StatusOr<StateFolder> state = StateFolder::Open(folder.path());
  ASSERT_TRUE(state.ok());
  testing::Program other("/bin/sleep", {"60"}, folder.path() + "/log");
  ProcessIdentity identity = *IdentityOf(other.pid());
  identity.start = "1";  // started at another time
  std::ofstream(folder.path() + "/ranks/j1.1.0.pid") << Encode(identity);
  std::ofstream(folder.path() + "/ranks/j2.1.0.pid") << "torn";
  EXPECT_TRUE(state->EndStaleRanks().ok());
  EXPECT_TRUE(other.running());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() + "/ranks"));
}

TEST(ProcessIdentityTest, ComesBackFromItsLine) {
  const ProcessIdentity self = *IdentityOf(::getpid());
  const absl::StatusOr<ProcessIdentity> back = DecodeProcessIdentity(Encode(self));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, self);
  for (const char* text : {"", "12", "x y z", "0 1 b", "1 1 b", "-5 1 b", "1 2 3 4"}) {
    EXPECT_FALSE(DecodeProcessIdentity(text).ok()) << text;
  }
  EXPECT_FALSE(IdentityOf(0x3fffffff).ok());
}

}  // namespace
}  // namespace nepa::worker
