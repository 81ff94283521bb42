// The trainer in waiting, under a real worker: a job becomes of it, and it never outlives anybody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/local_cluster.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(2);

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Of /proc/PID/stat, behind the name: state, parent, …; none where there is no such process.
std::vector<std::string> StatOf(int64_t pid) {
  const std::string stat = Read(absl::StrCat("/proc/", pid, "/stat"));
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  return absl::StrSplit(stat.substr(name_end + 1), ' ', absl::SkipEmpty());
}

bool Lives(int64_t pid) {
  const std::vector<std::string> stat = StatOf(pid);
  return !stat.empty() && stat[0] != "Z";
}

// Children of `parent` that live and whose command line has `word`.
std::vector<int64_t> Children(int64_t parent, const std::string& word) {
  std::vector<int64_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    int64_t pid = 0;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &pid)) continue;
    const std::vector<std::string> stat = StatOf(pid);
    if (stat.size() < 2 || stat[0] == "Z" || stat[1] != absl::StrCat(parent)) continue;
    if (absl::StrContains(Read(absl::StrCat("/proc/", pid, "/cmdline")), word)) {
      found.push_back(pid);
    }
  }
  return found;
}

class StandbyTest : public ::testing::Test {
 protected:
  void StartWorker(const std::vector<std::string>& flags = {}) {
    cluster_.StartCoordinator();
    cluster_.StartWorker(flags);
  }
  // The trainer that waits under the worker now, once there is one beside `other`.
  int64_t Waiting(int64_t other = 0) {
    int64_t pid = 0;
    EXPECT_TRUE(WaitUntil(
        [&] {
          for (const int64_t each : Children(cluster_.worker().pid(), "--standby")) {
            if (each != other) pid = each;
          }
          return pid != 0;
        },
        kPatience));
    return pid;
  }
  // Of a job that trains without end.
  std::string StartJob(const std::string& more = "") {
    const std::string id = cluster_.Submit(
        cluster_.WriteFile("job.yaml", SmallPretrainJob("long", 1'000'000, 100'000, more)));
    EXPECT_TRUE(cluster_.WaitForStep(id, 1, kPatience));
    return id;
  }
  int64_t PidOf(const std::string& job) {
    return cluster_.NepactlJson({"describe", job})["gang"][0]["pid"];
  }

  LocalCluster cluster_;
};

TEST_F(StandbyTest, AJobBecomesOfTheTrainerThatWaitedAndTheNextOneWaits) {
  StartWorker();
  const int64_t waiting = Waiting();
  const std::string id = StartJob();
  EXPECT_EQ(PidOf(id), waiting);
  const std::string log = cluster_.storage() + "/jobs/" + id + "/logs/attempt-1/rank-0.log";
  EXPECT_TRUE(std::filesystem::exists(log));
  EXPECT_EQ(std::filesystem::read_symlink(absl::StrCat("/proc/", waiting, "/fd/2")), log);
  EXPECT_NE(Waiting(waiting), waiting);
  EXPECT_EQ(cluster_.Nepactl({"cancel", id}).code, 0);
  EXPECT_TRUE(WaitUntil([&] { return !Lives(waiting); }, kPatience));
}

TEST_F(StandbyTest, AJobWithAnEnvironmentOfItsOwnIsStartedWithout) {
  StartWorker();
  const int64_t waiting = Waiting();
  const std::string id = StartJob("env: {OMP_DYNAMIC: 'false'}\n");
  EXPECT_NE(PidOf(id), waiting);
  EXPECT_TRUE(Lives(waiting));
  EXPECT_EQ(cluster_.Nepactl({"cancel", id}).code, 0);
}

TEST_F(StandbyTest, NoneIsLeftWhenItsWorkerEndsOrIsKilled) {
  StartWorker();
  const int64_t first = Waiting();
  cluster_.worker().Signal(SIGTERM);
  EXPECT_EQ(cluster_.worker().Wait(kPatience), 0);
  EXPECT_TRUE(WaitUntil([&] { return !Lives(first); }, kPatience));
  cluster_.StartWorker();
  const int64_t second = Waiting();
  cluster_.worker().KillNow();
  EXPECT_TRUE(WaitUntil([&] { return !Lives(second); }, kPatience));
}

TEST_F(StandbyTest, OneThatDiesIsMissedByNoJob) {
  StartWorker();
  const int64_t waiting = Waiting();
  ASSERT_EQ(::kill(static_cast<pid_t>(waiting), SIGKILL), 0);
  ASSERT_TRUE(WaitUntil([&] { return !Lives(waiting); }, kPatience));
  const std::string id = StartJob();
  EXPECT_NE(PidOf(id), waiting);
  EXPECT_EQ(cluster_.NepactlJson({"describe", id})["restarts"], 0);
  EXPECT_EQ(cluster_.Nepactl({"cancel", id}).code, 0);
}

TEST_F(StandbyTest, NoStandbyMeansNone) {
  StartWorker({"--no-standby"});
  const std::string id = StartJob();
  EXPECT_EQ(Children(cluster_.worker().pid(), "nepa-trainer"), std::vector<int64_t>{PidOf(id)});
  EXPECT_EQ(cluster_.Nepactl({"cancel", id}).code, 0);
}

}  // namespace
}  // namespace nepa::testing
