// Full disks under the real programs: small file systems in memory, which only this process and its
// children see. Where it cannot mount them, ctest lists the program as not run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/support/local_cluster.h"
#include "tests/support/scripted_trainer.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(90);

// A file system of so many bytes at `path`, for as long as this lives.
class SmallDisk {
 public:
  SmallDisk(std::string path, const std::string& size) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    const std::string options = "size=" + size;
    EXPECT_EQ(::mount("none", path_.c_str(), "tmpfs", 0, options.c_str()), 0)
        << std::strerror(errno);
  }
  ~SmallDisk() { ::umount2(path_.c_str(), MNT_DETACH); }

  void Fill() {
    std::ofstream filler(path_ + "/filler", std::ios::binary | std::ios::app);
    for (const size_t bytes : {size_t{1} << 16, size_t{512}, size_t{1}}) {
      filler.clear();
      while (filler.write(std::string(bytes, 'x').c_str(), static_cast<std::streamsize>(bytes))
                 .flush()) {
      }
    }
  }
  void MakeRoom() { std::filesystem::remove(path_ + "/filler"); }

 private:
  const std::string path_;
};

class FullDisk : public ::testing::Test {
 protected:
  nlohmann::json Job(const std::string& job) { return cluster_.NepactlJson({"describe", job}); }
  std::string Reason(const std::string& job) {
    const nlohmann::json reason = Job(job)["reason"];
    return reason.is_string() ? reason.get<std::string>() : "";
  }

  bool Ready() {
    return HttpGet(cluster_.coordinator_http(), "/readyz").find("full") == std::string::npos;
  }

  std::string Submit(const std::string& name, int steps, int checkpoint_steps,
                     const std::vector<std::string>& more = {}) {
    return cluster_.Submit(
        cluster_.WriteFile(name + ".yaml", SmallPretrainJob(name, steps, checkpoint_steps)), more);
  }

  void StartScripted(const std::vector<std::string>& steps) {
    WriteTrainerScript(cluster_.folder() + "/trainer", steps);
    cluster_.StartWorker({"--trainer", cluster_.folder() + "/trainer"});
  }

  // A real training meets a full storage after its first checkpoint; then there is room again.
  void TrainThroughAFullStorage(const std::vector<std::string>& more) {
    SmallDisk storage(cluster_.storage(), "64m");
    cluster_.StartCoordinator();
    cluster_.StartWorker();
    const std::string job = Submit("real", 160, 40, more);
    ASSERT_TRUE(WaitUntil([&] { return !Job(job)["checkpoints"].empty(); }, kPatience));
    storage.Fill();
    ASSERT_TRUE(
        WaitUntil([&] { return Reason(job).find("No space left on device") != std::string::npos; },
                  kPatience))
        << Job(job).dump(2);
    EXPECT_THAT(Reason(job), HasSubstr(cluster_.storage())) << "the message names no path";
    EXPECT_THAT(Reason(job), HasSubstr("Make room on the storage"));
    EXPECT_EQ(Job(job).value("phase", ""), "RESTARTING");
    const size_t before = Verify(job);
    EXPECT_GE(before, 1u);
    storage.MakeRoom();
    ASSERT_TRUE(cluster_.WaitForPhase(job, "SUCCEEDED", kPatience)) << Job(job).dump(2);
    EXPECT_GE(Verify(job), 1u);
    EXPECT_GT(Job(job).value("restarts", 0), 0);
  }

  // Every checkpoint of the job is whole; how many there are.
  size_t Verify(const std::string& job) {
    const nlohmann::json checkpoints = cluster_.NepactlJson({"checkpoints", "list", "--job", job});
    for (const nlohmann::json& checkpoint : checkpoints) {
      const Output verified =
          cluster_.Nepactl({"checkpoints", "verify", checkpoint.value("id", "")});
      EXPECT_EQ(verified.code, 0) << verified.out << verified.error;
    }
    return checkpoints.size();
  }

  LocalCluster cluster_;
};

TEST_F(FullDisk, OfTheDatabaseIsToldToWhoAsksAndGoneOnceThereIsRoom) {
  SmallDisk disk(cluster_.folder() + "/coordinator", "4m");
  cluster_.StartCoordinator();
  std::vector<std::string> steps = {"started"};
  steps.insert(steps.end(), 10, "train");
  StartScripted(steps);
  const std::string job = Submit("runs", 1000, 100);
  ASSERT_TRUE(cluster_.WaitForStep(job, 3, kPatience));
  const nlohmann::json gang = Job(job)["gang"];

  disk.Fill();
  Output refused;
  // The log has some room of its own.
  for (int i = 0; i < 100 && refused.code != 3; ++i) {
    const std::string path =
        cluster_.WriteFile("late.yaml", SmallPretrainJob("late" + std::to_string(i), 10, 10));
    refused = cluster_.Nepactl({"submit", path, "--timeout", "1s"});
  }
  EXPECT_EQ(refused.code, 3) << refused.out << refused.error;
  EXPECT_THAT(refused.error, HasSubstr("the disk of the database " + cluster_.folder() +
                                       "/coordinator/nepa.db is full; make room on it"));
  EXPECT_THAT(refused.error, HasSubstr("nothing was changed"));
  EXPECT_TRUE(cluster_.coordinator().running());
  EXPECT_EQ(cluster_.Nepactl({"list"}).code, 0);

  disk.MakeRoom();
  EXPECT_FALSE(Submit("afterwards", 10, 10).empty());
  EXPECT_TRUE(WaitUntil([&] { return Ready(); }, kPatience));
  EXPECT_TRUE(cluster_.WaitForStep(job, Job(job).value("step", int64_t{0}) + 3, kPatience));
  EXPECT_EQ(Job(job)["gang"], gang) << "the trainer that ran was restarted";
  EXPECT_EQ(Job(job).value("restarts", -1), 0);
}

TEST_F(FullDisk, OfTheStorageEndsAnAttemptAtItsLedgerAndTheNextGoesOnFromTheCheckpoint) {
  TrainThroughAFullStorage({});
}

TEST_F(FullDisk, OfTheStorageEndsAnAttemptAtItsCheckpointAndLeavesTheOldOnesWhole) {
  TrainThroughAFullStorage({"--set", "ledger=false"});
}

TEST_F(FullDisk, LogsThatCannotBeWrittenStopNobody) {
  SmallDisk storage(cluster_.storage(), "4m");
  for (const char* log : {"/coordinator.log", "/worker.log"}) {
    std::filesystem::create_symlink("/dev/full", cluster_.folder() + log);
  }
  cluster_.StartCoordinator();
  StartScripted({"started", "train:20", "print:nobody reads this", "error:nor this", "train:20",
                 "exit:succeeded:done"});
  storage.Fill();
  const std::string job = Submit("silent", 1000, 100);
  EXPECT_TRUE(cluster_.WaitForPhase(job, "SUCCEEDED", kPatience)) << Job(job).dump(2);
  EXPECT_EQ(Job(job).value("restarts", -1), 0);
}

}  // namespace
}  // namespace nepa::testing

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  // Mounts of its own, gone with it.
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    std::printf("not run: file systems cannot be mounted here (%s), which the %d tests need\n",
                std::strerror(errno), testing::UnitTest::GetInstance()->total_test_count());
    return 77;  // SKIP_RETURN_CODE
  }
  return RUN_ALL_TESTS();
}
