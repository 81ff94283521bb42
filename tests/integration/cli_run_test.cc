// nepactl run: a job on this machine without daemons.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/match.h"
#include "cli/state_folder.h"
#include "tests/support/program.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CliRunTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/nepa-cli-run-XXXXXX";
    ASSERT_NE(::mkdtemp(folder), nullptr);
    folder_ = folder;
  }
  void TearDown() override {
    EXPECT_TRUE(AllHaveEnded()) << "something that nepactl started is still there";
    std::filesystem::remove_all(folder_);
  }

  std::string state() const { return folder_ + "/state"; }
  std::string WriteJob(const std::string& text) {
    std::ofstream(folder_ + "/job.yaml") << text;
    return folder_ + "/job.yaml";
  }
  // The daemons hold the folder's lock as long as they live.
  bool AllHaveEnded() {
    return !std::filesystem::exists(state()) ||
           cli::StateFolder::Open(state(), absl::Seconds(30)).ok();
  }
  std::vector<std::string> Arguments(const std::string& path,
                                     const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"run", path, "--state", state()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  Output Run(const std::string& path, const std::vector<std::string>& more = {}) {
    return RunProgram(BinaryPath("nepactl"), Arguments(path, more), absl::Seconds(120));
  }
  std::string Log() {
    std::ifstream stream(folder_ + "/log");
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  // A run in the background whose job takes steps.
  Program StartAndWaitUntilItTrains(const std::string& path) {
    std::filesystem::remove(folder_ + "/log");
    Program program(BinaryPath("nepactl"), Arguments(path), folder_ + "/log");
    EXPECT_TRUE(WaitUntil([&] { return absl::StrContains(Log(), "RUNNING"); }, absl::Seconds(60)))
        << Log();
    return program;
  }

  std::string folder_;
};

TEST_F(CliRunTest, AJobRunsToItsEndAndEverythingStopsAfterIt) {
  const Output output = Run(WriteJob(SmallPretrainJob("alone", 30, 10)));
  EXPECT_EQ(output.code, 0) << output.out << output.error;
  EXPECT_THAT(output.out, HasSubstr("j1 alone SUCCEEDED in "));
  EXPECT_THAT(output.error, HasSubstr(state()));
  EXPECT_TRUE(std::filesystem::is_directory(state() + "/storage/jobs/j1/checkpoints"));
  EXPECT_TRUE(std::filesystem::exists(state() + "/coordinator.log"));
  EXPECT_TRUE(std::filesystem::exists(state() + "/worker.log"));

  const Output again = Run(folder_ + "/job.yaml", {"-o", "json"});
  EXPECT_EQ(again.code, 0) << again.error;
  const nlohmann::json job = nlohmann::json::parse(again.out, nullptr, false);
  EXPECT_EQ(job["id"], "j2") << "what has ended is not gone on with";
  EXPECT_EQ(job["phase"], "SUCCEEDED");
}

TEST_F(CliRunTest, CtrlCPausesAtACheckpointAndTheSameCommandGoesOn) {
  const std::string path = WriteJob(SmallPretrainJob("paused", 150, 100'000));
  Program program = StartAndWaitUntilItTrains(path);
  program.Signal(SIGINT);
  EXPECT_EQ(program.Wait(absl::Seconds(60)), 130) << Log();
  EXPECT_THAT(Log(), HasSubstr("PAUSED"));
  EXPECT_THAT(Log(), HasSubstr("Go on with: " + BinaryPath("nepactl") + " run " + path +
                               " --state " + state() + "\n"));
  EXPECT_TRUE(AllHaveEnded());

  const Output output = Run(path);
  EXPECT_EQ(output.code, 0) << output.out << output.error;
  EXPECT_THAT(output.out, HasSubstr("j1 paused goes on from step "));
  EXPECT_THAT(output.out, Not(HasSubstr("goes on from step 0\n")));
  EXPECT_THAT(output.out, HasSubstr("j1 paused SUCCEEDED"));
}

TEST_F(CliRunTest, AKilledNepactlLeavesNothingRunningAndLosesNoStep) {
  const std::string path = WriteJob(SmallPretrainJob("killed", 1'000'000, 100'000));
  Program program = StartAndWaitUntilItTrains(path);
  program.Signal(SIGKILL);
  program.Wait(absl::Seconds(10));
  EXPECT_TRUE(AllHaveEnded()) << "children outlived nepactl";

  // The worker stopped it at a checkpoint, as if it had been asked to end, and the coordinator was
  // there to register that.
  Program second = StartAndWaitUntilItTrains(path);
  EXPECT_THAT(Log(), HasSubstr("j1 killed goes on from step "));
  EXPECT_THAT(Log(), Not(HasSubstr("goes on from step 0\n")));
  second.Signal(SIGINT);
  EXPECT_EQ(second.Wait(absl::Seconds(60)), 130) << Log();
}

TEST_F(CliRunTest, ASecondCtrlCStopsAtOnce) {
  const std::string path = WriteJob(SmallPretrainJob("killed", 1'000'000, 100'000));
  Program second = StartAndWaitUntilItTrains(path);
  second.Signal(SIGTERM);
  second.Signal(SIGINT);
  EXPECT_EQ(second.Wait(absl::Seconds(30)), 130) << Log();
  EXPECT_THAT(Log(), HasSubstr("Go on with: "));
}

TEST_F(CliRunTest, AChangedFileIsAnotherJobAndTheOldOneIsCancelled) {
  const std::string path = WriteJob(SmallPretrainJob("changed", 1'000'000, 100'000));
  Program program = StartAndWaitUntilItTrains(path);
  program.Signal(SIGINT);
  ASSERT_EQ(program.Wait(absl::Seconds(60)), 130) << Log();
  const Output output = Run(path, {"--set", "schedule.steps=20"});
  EXPECT_EQ(output.code, 0) << output.out << output.error;
  EXPECT_THAT(output.out, HasSubstr("j1 changed is cancelled at step "));
  EXPECT_THAT(output.out, HasSubstr("j2 changed SUCCEEDED"));
}

TEST_F(CliRunTest, AJobThatFailsEndsWithOneAndSaysWhereItsLogIs) {
  const Output output =
      Run(WriteJob(SmallPretrainJob("hopeless", 200, 100)),
          {"--set", "monitor.collapse_std=1", "--set", "monitor.collapse_steps=2"});
  EXPECT_EQ(output.code, 1) << output.out << output.error;
  EXPECT_THAT(output.out, HasSubstr("collapsed (rank 0): "));
  EXPECT_THAT(output.out, HasSubstr("/logs"));
}

TEST_F(CliRunTest, DataThatIsNotThereIsRefusedBeforeAnythingStarts) {
  const std::string path = WriteJob(SmallPretrainJob("lost", 10, 10));
  const Output output = Run(path, {"--set", "data.train.path=/nowhere"});
  EXPECT_EQ(output.code, 2);
  EXPECT_THAT(output.error, HasSubstr("data.train.path: /nowhere: no such file or folder"));
  EXPECT_FALSE(std::filesystem::exists(state()));
}

TEST_F(CliRunTest, EveryFaultInsideTheFilesIsToldBeforeAnythingStarts) {
  const std::string path = WriteJob(
      "name: odd\nkind: pretrain\nmodel: {hidden_size: 32, num_hidden_layers: 2, "
      "num_attention_heads: 2, intermediate_size: 64, image_size: 28, patch_size: 7, num_channels: "
      "1}\nbatch: {global: 64}\ndata:\n  train: {format: idx, path: job.yaml, labels: job.yaml}\n");
  const Output output = Run(path);
  EXPECT_EQ(output.code, 2) << output.out << output.error;
  EXPECT_THAT(output.error,
              HasSubstr(path + ":6:30: data.train.path: " + path + ": not an IDX file"));
  EXPECT_THAT(output.error,
              HasSubstr(path + ":6:48: data.train.labels: " + path + ": not an IDX file"));
  EXPECT_EQ(std::count(output.error.begin(), output.error.end(), '\n'), 2) << output.error;
  EXPECT_FALSE(std::filesystem::exists(state()));
}

TEST_F(CliRunTest, WithoutATrainerBesideItNothingStarts) {
  const std::string alone = folder_ + "/nepactl";
  std::filesystem::copy_file(BinaryPath("nepactl"), alone);
  const Output output = RunProgram(alone, Arguments(WriteJob(SmallPretrainJob("alone", 10, 10))));
  EXPECT_EQ(output.code, 1);
  EXPECT_EQ(output.error, "nepactl: " + folder_ +
                              "/nepa-trainer is missing or cannot be run: nepactl run needs it "
                              "beside nepactl\n");
  EXPECT_FALSE(std::filesystem::exists(state()));
}

TEST_F(CliRunTest, ValidateDataSaysWhatItFoundAndWhatItCannotSee) {
  const Output good = RunProgram(
      BinaryPath("nepactl"), {"validate", WriteJob(SmallPretrainJob("good", 10, 10)), "--data"});
  EXPECT_EQ(good.code, 0) << good.error;
  EXPECT_THAT(good.out,
              HasSubstr("valid, job good: 1024 training images, 200 evaluation images, "));

  const std::string path = WriteJob(SmallFinetuneJob("tuned", "job/first"));
  const Output unseen = RunProgram(BinaryPath("nepactl"), {"validate", path, "--data"});
  EXPECT_EQ(unseen.code, 0) << unseen.error;
  EXPECT_THAT(unseen.error, HasSubstr("model.from: job/first is not looked at"));
  const Output json = RunProgram(BinaryPath("nepactl"), {"validate", path, "--data", "-o", "json"});
  const nlohmann::json said = nlohmann::json::parse(json.out, nullptr, false);
  EXPECT_EQ(said["unchecked"], nlohmann::json({"model.from"}));

  const Output refused = RunProgram(BinaryPath("nepactl"),
                                    {"validate", path, "--data", "-o", "json", "--set",
                                     "data.train.path=/nowhere", "--set", "model.from=/no/model"});
  EXPECT_EQ(refused.code, 2);
  const nlohmann::json error = nlohmann::json::parse(refused.error, nullptr, false);
  std::set<std::string> fields;
  for (const nlohmann::json& fault : error["error"]["details"]) fields.insert(fault["field"]);
  EXPECT_EQ(fields, (std::set<std::string>{"data.train.path", "model.from"})) << refused.error;
}

}  // namespace
}  // namespace nepa::testing
