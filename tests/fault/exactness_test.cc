// Whatever interrupts a job, its weights and its ledger are those of the uninterrupted run, bit for
// bit (CPU, same world size).
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/local_cluster.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

constexpr int kSteps = 400;

std::string Contents(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// What a finished job leaves: the files of its last checkpoint that hold state, and its ledger.
struct Result {
  std::string model, ema, optimizer, ledger;
};

class ExactnessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.StartCoordinator();
    cluster_.StartWorker();
  }

  std::string Submit(const std::string& name) {
    // The checkpoint interval leaves work to be redone between any kill and the last checkpoint.
    return cluster_.Submit(cluster_.WriteFile(
        name + ".yaml", SmallPretrainJob(name, kSteps, 30, "ema: {decay: 0.99}")));
  }

  Result Finish(const std::string& job) {
    EXPECT_TRUE(cluster_.WaitForPhase(job, "SUCCEEDED"))
        << cluster_.NepactlJson({"describe", job}).dump(1);
    const nlohmann::json last = cluster_.NepactlJson({"checkpoints", "list", "--job", job}).back();
    EXPECT_EQ(last["step"], kSteps);
    const std::string folder = last["path"];
    return {
        .model = Contents(folder + "/model.safetensors"),
        .ema = Contents(folder + "/model_ema.safetensors"),
        .optimizer = Contents(folder + "/optimizer.safetensors"),
        .ledger = Contents(cluster_.NepactlJson({"describe", job})["folder"].get<std::string>() +
                           "/ledger.tsv")};
  }

  void ExpectSame(const Result& interrupted) {
    const Result whole = Finish(Submit("whole"));
    ASSERT_FALSE(whole.model.empty());
    ASSERT_FALSE(whole.ema.empty());
    ASSERT_FALSE(whole.optimizer.empty());
    ASSERT_FALSE(whole.ledger.empty());
    EXPECT_TRUE(whole.model == interrupted.model) << "weights differ";
    EXPECT_TRUE(whole.ema == interrupted.ema) << "EMA weights differ";
    EXPECT_TRUE(whole.optimizer == interrupted.optimizer) << "optimizer state differs";
    EXPECT_TRUE(whole.ledger == interrupted.ledger) << "ledgers differ";
  }

  pid_t TrainerPid(const std::string& job) {
    return cluster_.NepactlJson({"describe", job})["gang"][0]["pid"].get<pid_t>();
  }

  LocalCluster cluster_;
};

TEST_F(ExactnessTest, PausingAndResumingChangesNothing) {
  const std::string job = Submit("paused");
  ASSERT_TRUE(cluster_.WaitForStep(job, 40));
  ASSERT_EQ(cluster_.Nepactl({"pause", job}).code, 0);
  ASSERT_TRUE(cluster_.WaitForPhase(job, "PAUSED"));
  const nlohmann::json paused = cluster_.NepactlJson({"describe", job});
  EXPECT_LT(paused["step"], kSteps) << "it ended before it could be paused";
  ASSERT_EQ(cluster_.Nepactl({"resume", job}).code, 0);
  ExpectSame(Finish(job));
}

TEST_F(ExactnessTest, KillingTheTrainerChangesNothing) {
  const std::string job = Submit("killed");
  ASSERT_TRUE(cluster_.WaitForStep(job, 70));
  ASSERT_EQ(::kill(TrainerPid(job), SIGKILL), 0);
  const Result result = Finish(job);
  EXPECT_GE(cluster_.NepactlJson({"describe", job})["restarts"], 1);
  ExpectSame(result);
}

TEST_F(ExactnessTest, KillingTheWorkerStopsItsTrainerAndChangesNothing) {
  const std::string job = Submit("orphaned");
  ASSERT_TRUE(cluster_.WaitForStep(job, 70));
  const pid_t trainer = TrainerPid(job);
  cluster_.worker().KillNow();
  EXPECT_TRUE(WaitUntil([&] { return ::kill(trainer, 0) != 0; }, absl::Seconds(10)))
      << "the trainer outlived its worker";
  cluster_.StartWorker();
  ExpectSame(Finish(job));
}

TEST_F(ExactnessTest, KillingTheCoordinatorLeavesTheTrainerTrainingAndItIsAdopted) {
  const std::string job = Submit("adopted");
  ASSERT_TRUE(cluster_.WaitForStep(job, 20));
  const pid_t trainer = TrainerPid(job);
  cluster_.coordinator().KillNow();
  cluster_.StartCoordinator();
  const Result result = Finish(job);
  const nlohmann::json ended = cluster_.NepactlJson({"describe", job});
  EXPECT_EQ(ended["restarts"], 0);
  EXPECT_EQ(ended["attempt"], 1);
  EXPECT_EQ(ended["gang"][0]["pid"], trainer);
  ExpectSame(result);
}

}  // namespace
}  // namespace nepa::testing
