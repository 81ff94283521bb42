// ./dev cluster up|down on a checkout of its own: the script, and the programs beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "tests/support/program.h"

namespace nepa::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class DevClusterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/nepa-checkout-XXXXXX";
    ASSERT_NE(::mkdtemp(folder), nullptr);
    folder_ = folder;
    fs::create_directories(folder_ + "/real/tools");
    fs::create_directories(folder_ + "/real/build/bin");
    fs::copy_file("tools/cluster.sh", folder_ + "/real/tools/cluster.sh");
    fs::create_directory_symlink(folder_ + "/real", folder_ + "/link");
    for (const char* name : kPrograms) fs::copy_file(BinaryPath(name), Built(name));
    fs::create_symlink(BinaryPath("nepa-trainer"), Built("nepa-trainer"));
    ::setenv("NEPA_LISTEN", "127.0.0.1:0", 1);
    ::setenv("NEPA_HTTP", "127.0.0.1:0", 1);
  }
  void TearDown() override {
    for (const char* name : kPrograms) {
      if (const pid_t pid = Pid(name); pid > 0) ::kill(pid, SIGKILL);
    }
    fs::remove_all(folder_);
  }

  std::string Built(const std::string& name) const { return folder_ + "/real/build/bin/" + name; }
  // As a linker does it: the old file goes, a new one takes its name.
  void Rebuild() const {
    for (const char* name : kPrograms) {
      fs::copy_file(BinaryPath(name), Built(name) + ".new");
      fs::rename(Built(name) + ".new", Built(name));
    }
  }
  Output Cluster(const std::string& word, const std::string& checkout = "real") const {
    return RunProgram("/bin/bash", {folder_ + "/" + checkout + "/tools/cluster.sh", word},
                      absl::Seconds(90));
  }
  // A process that nobody has waited for yet has ended all the same: it has no program.
  static bool Runs(pid_t pid) {
    std::error_code error;
    return !fs::read_symlink("/proc/" + std::to_string(pid) + "/exe", error).empty();
  }
  std::string Endpoints() const { return folder_ + "/real/state/nepa-coordinator/endpoints.json"; }
  // From its pid file; 0 if there is none.
  pid_t Pid(const std::string& name) const {
    pid_t pid = 0;
    std::ifstream(folder_ + "/real/state/" + name + ".pid") >> pid;
    return pid;
  }

  static constexpr const char* kPrograms[] = {"nepa-coordinator", "nepa-worker"};
  std::string folder_;
};

TEST_F(DevClusterTest, DownEndsDaemonsWhoseProgramsWereRebuilt) {
  const Output up = Cluster("up");
  ASSERT_EQ(up.code, 0) << up.out << up.error;
  const pid_t coordinator = Pid("nepa-coordinator"), worker = Pid("nepa-worker");
  Rebuild();
  const Output again = Cluster("up", "link");
  EXPECT_THAT(again.out, HasSubstr("nepa-coordinator runs already"));
  EXPECT_THAT(again.out, HasSubstr("nepa-worker runs already"));
  EXPECT_TRUE(fs::exists(Endpoints()));
  const Output down = Cluster("down", "link");
  EXPECT_EQ(down.code, 0) << down.out << down.error;
  EXPECT_EQ(down.out, "nepa-worker ended\nnepa-coordinator ended\n");
  EXPECT_FALSE(Runs(coordinator));
  EXPECT_FALSE(Runs(worker));
}

TEST_F(DevClusterTest, DownEndsTheCoordinatorThoughTheWorkerIsGone) {
  ASSERT_EQ(Cluster("up").code, 0);
  ::kill(Pid("nepa-worker"), SIGKILL);
  const Output down = Cluster("down");
  EXPECT_THAT(down.out, HasSubstr("nepa-coordinator ended"));
  EXPECT_EQ(Cluster("down").out, "nepa-worker does not run\nnepa-coordinator does not run\n");
}

TEST_F(DevClusterTest, UpLeavesTheEndpointsOfACoordinatorThatItDoesNotKnowOf) {
  ASSERT_EQ(Cluster("up").code, 0);
  const pid_t coordinator = Pid("nepa-coordinator"), worker = Pid("nepa-worker");
  fs::remove(folder_ + "/real/state/nepa-coordinator.pid");
  EXPECT_NE(Cluster("up").code, 0);
  EXPECT_TRUE(fs::exists(Endpoints()));
  ::kill(worker, SIGKILL);
  ::kill(coordinator, SIGKILL);
}

}  // namespace
}  // namespace nepa::testing
