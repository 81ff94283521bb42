// Whatever interrupts a job, its weights, its ledger, its trainer.json and its metric history are
// those of the uninterrupted run, bit for bit (CPU, same world size).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "tests/support/local_cluster.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

using ::testing::HasSubstr;

constexpr int kSteps = 400;

std::string Contents(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void FlipAByte(const std::string& path) {
  std::string bytes = Contents(path);
  ASSERT_FALSE(bytes.empty()) << path;
  bytes[bytes.size() / 2] ^= 1;
  std::ofstream(path, std::ios::binary) << bytes;
}

// What a finished job leaves: the files of its last checkpoint that hold state, its ledger, and the
// points of its metric history by step. Without what differs from run to run: timings, names.
struct Result {
  std::string model, ema, optimizer, ledger;
  nlohmann::json state;
  std::map<int64_t, nlohmann::json> evaluations, steps;
};

void RemoveTimings(nlohmann::json& metrics) {
  for (const char* name : {"images_per_second", "step_seconds", "data_wait_seconds"}) {
    metrics.erase(name);
  }
}

nlohmann::json StateIn(const std::string& checkpoint) {
  nlohmann::json state = nlohmann::json::parse(Contents(checkpoint + "/trainer.json"));
  for (const char* name : {"job_id", "attempt"}) state.erase(name);
  RemoveTimings(state["metrics"]);
  return state;
}

class ExactnessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.StartCoordinator();
    cluster_.StartWorker();
  }

  std::string Submit(const std::string& name) {
    // The checkpoint interval leaves work to be redone between any kill and the last checkpoint.
    return cluster_.Submit(
        cluster_.WriteFile(name + ".yaml",
                           SmallPretrainJob(name, kSteps, 30, "ema: {decay: 0.99}")),
        {"--set", "evaluation.every=40 steps"});
  }

  Result Finish(const std::string& job) {
    EXPECT_TRUE(cluster_.WaitForPhase(job, "SUCCEEDED"))
        << cluster_.NepactlJson({"describe", job}).dump(1);
    const nlohmann::json last = cluster_.NepactlJson({"checkpoints", "list", "--job", job}).back();
    EXPECT_EQ(last["step"], kSteps);
    const std::string folder = last["path"];
    Result result = {
        .model = Contents(folder + "/model.safetensors"),
        .ema = Contents(folder + "/model_ema.safetensors"),
        .optimizer = Contents(folder + "/optimizer.safetensors"),
        .ledger = Contents(cluster_.NepactlJson({"describe", job})["folder"].get<std::string>() +
                           "/ledger.tsv"),
        .state = StateIn(folder)};
    for (nlohmann::json point : cluster_.NepactlJson({"metrics", job})) {
      const auto step = point["step"].get<int64_t>();
      if (!point["knn_top1"].is_null()) result.evaluations[step] = point["knn_top1"];
      for (const char* name : {"loss", "gradient_norm", "embedding_std"}) {
        if (!point[name].is_null()) result.steps[step][name] = point[name];
      }
    }
    return result;
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
    EXPECT_EQ(whole.state, interrupted.state);
    EXPECT_EQ(whole.evaluations, interrupted.evaluations);
    EXPECT_EQ(whole.evaluations.size(), 10u);
    // Which steps have a point is a matter of time, except for the ends.
    EXPECT_TRUE(interrupted.steps.contains(1) && interrupted.steps.contains(kSteps));
    for (const auto& [step, values] : interrupted.steps) {
      if (!whole.steps.contains(step)) continue;
      EXPECT_EQ(values, whole.steps.at(step)) << step;
    }
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

TEST_F(ExactnessTest, ADamagedCheckpointIsGoneBackBehindAndChangesNothing) {
  const std::string job = Submit("damaged");
  ASSERT_TRUE(cluster_.WaitForStep(job, 70));
  ASSERT_EQ(cluster_.Nepactl({"pause", job}).code, 0);
  ASSERT_TRUE(cluster_.WaitForPhase(job, "PAUSED"));
  const nlohmann::json before = cluster_.NepactlJson({"checkpoints", "list", "--job", job});
  ASSERT_GE(before.size(), 2u);
  const std::string id = before.back()["id"];
  FlipAByte(before.back()["path"].get<std::string>() + "/model.safetensors");
  ASSERT_EQ(cluster_.Nepactl({"resume", job}).code, 0);

  const Result result = Finish(job);
  EXPECT_EQ(cluster_.NepactlJson({"describe", job})["restarts"], 0);
  EXPECT_EQ(cluster_.NepactlJson({"checkpoints", "show", id})["state"], "CORRUPT");
  const std::string story = cluster_.NepactlJson({"events", job}).dump();
  EXPECT_THAT(story, HasSubstr("checkpoint " + id + " of step "));
  EXPECT_THAT(story, HasSubstr("model.safetensors is damaged"));
  EXPECT_THAT(story, HasSubstr("going back to checkpoint " +
                               before[before.size() - 2]["id"].get<std::string>()));
  ExpectSame(result);
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
