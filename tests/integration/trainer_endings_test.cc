// How a trainer ends, and what it says of it: the real nepa-trainer on small jobs.
#include <ATen/core/Tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/integration/trainer_jobs.h"
#include "tests/integration/trainer_process.h"
#include "tests/support/program.h"
#include "tests/support/small_jobs.h"
#include "worker/train/model/safetensors.h"

namespace nepa::testing {
namespace {

using frames::ExitKind;
using ::testing::AllOf;
using ::testing::HasSubstr;

frames::TrainerJob Job(const std::vector<std::string>& overrides, int steps = 100,
                       int checkpoint_steps = 20, const std::string& folder = "job") {
  return JobIn(FreshFolder(folder), SmallPretrainJob("small", steps, checkpoint_steps), overrides);
}

frames::Exit RunToEnd(const frames::TrainerJob& job) {
  TrainerProcess trainer(job);
  return ExitOf(trainer);
}

TEST(TrainerEndingsTest, AWholeRunReportsItselfAndTheLossFalls) {
  const frames::TrainerJob job = Job({"evaluation.at_start=true"});
  TrainerProcess trainer(job);
  ASSERT_EQ(ExitOf(trainer).kind, ExitKind::kSucceeded);

  const auto* started = std::get_if<frames::Started>(&trainer.seen().front());
  ASSERT_NE(started, nullptr) << "the first frame must be started";
  EXPECT_EQ(started->step, 0);
  EXPECT_EQ(started->total_steps, 100);
  EXPECT_EQ(started->device, "cpu");

  std::vector<frames::Metrics> steps, evaluations;
  std::vector<frames::CheckpointWritten> checkpoints;
  frames::Progress last;
  for (const frames::Frame& frame : trainer.seen()) {
    if (const auto* metrics = std::get_if<frames::Metrics>(&frame)) {
      (metrics->values.contains("loss") ? steps : evaluations).push_back(*metrics);
    }
    if (const auto* written = std::get_if<frames::CheckpointWritten>(&frame)) {
      checkpoints.push_back(*written);
    }
    if (const auto* progress = std::get_if<frames::Progress>(&frame)) last = *progress;
  }
  EXPECT_EQ(steps.front().step, 1);
  EXPECT_EQ(steps.back().step, 100);
  EXPECT_LT(steps.back().values.at("loss"), steps.front().values.at("loss") - 0.1);
  for (const char* name : {"learning_rate", "gradient_norm", "embedding_std", "images_per_second",
                           "step_seconds", "data_wait_seconds"}) {
    EXPECT_TRUE(steps.back().values.contains(name)) << name;
  }
  ASSERT_EQ(evaluations.size(), 2u) << "at the start and at the end";
  EXPECT_EQ(evaluations.front().step, 0);
  EXPECT_EQ(evaluations.back().step, 100);
  const auto& knn = evaluations.back().values;
  EXPECT_EQ(knn.at("knn_top1"), std::max(knn.at("knn_top1_block_0"), knn.at("knn_top1_block_1")));
  EXPECT_GT(knn.at("knn_top1"), 0.3);
  EXPECT_GT(knn.at("effective_rank"), 1);
  EXPECT_EQ(last.step, 100);
  EXPECT_DOUBLE_EQ(last.epoch, 100.0 / 16);
  EXPECT_EQ(last.images, 6400);

  ASSERT_EQ(checkpoints.size(), 5u);
  EXPECT_EQ(checkpoints.front().path, "checkpoints/step-00000020-attempt-1");
  EXPECT_EQ(checkpoints.back().step, 100);
  EXPECT_EQ(checkpoints.back().metrics.at("knn_top1"), knn.at("knn_top1"))
      << "the last checkpoint knows the last evaluation";
  for (const frames::CheckpointWritten& written : checkpoints) {
    EXPECT_TRUE(std::filesystem::exists(job.folder + "/" + written.path + "/manifest.json"));
  }
}

TEST(TrainerEndingsTest, AFineTuningFromACheckpointReportsAccuracies) {
  const frames::TrainerJob pretraining = Job({}, 20);
  ASSERT_EQ(RunToEnd(pretraining).kind, ExitKind::kSucceeded);
  frames::TrainerJob finetuning =
      JobIn(FreshFolder("finetune"), SmallFinetuneJob("tuned", LatestCheckpoint(pretraining)));
  TrainerProcess trainer(finetuning);
  const frames::Exit exit = ExitOf(trainer);
  ASSERT_EQ(exit.kind, ExitKind::kSucceeded) << exit.message;
  std::map<std::string, double> accuracies;
  for (const frames::Frame& frame : trainer.seen()) {
    const auto* metrics = std::get_if<frames::Metrics>(&frame);
    if (metrics != nullptr && metrics->values.contains("top1")) accuracies = metrics->values;
  }
  for (const char* name : {"top1", "top5", "ema_top1", "ema_top5"}) {
    EXPECT_TRUE(accuracies.contains(name)) << name;
  }
  EXPECT_GT(accuracies["top5"], 0.5);
  EXPECT_GE(accuracies["top5"], accuracies["top1"]);
}

TEST(TrainerEndingsTest, AStopWithoutCheckpointWritesNone) {
  const frames::TrainerJob job = Job({}, 100000, 1000000);
  TrainerProcess trainer(job);
  ASSERT_TRUE(trainer.NextOf<frames::Progress>().has_value());
  trainer.AskToStop(/*checkpoint=*/false);
  EXPECT_EQ(ExitOf(trainer).kind, ExitKind::kStopped);
  EXPECT_EQ(trainer.Wait(), 0);
  EXPECT_EQ(LatestCheckpoint(job), "");
}

TEST(TrainerEndingsTest, AStopIsPrecededByTheProgressOfTheLastStep) {
  const frames::TrainerJob job = Job({}, 100000, 1000000);
  TrainerProcess trainer(job);
  ASSERT_TRUE(trainer.NextOf<frames::Progress>().has_value());
  trainer.AskToStop(/*checkpoint=*/true);
  ASSERT_EQ(ExitOf(trainer).kind, ExitKind::kStopped);
  frames::Progress progress;
  frames::CheckpointWritten written;
  for (const frames::Frame& frame : trainer.seen()) {
    if (const auto* seen = std::get_if<frames::Progress>(&frame)) progress = *seen;
    if (const auto* seen = std::get_if<frames::CheckpointWritten>(&frame)) written = *seen;
  }
  EXPECT_EQ(progress.step, written.step);
  EXPECT_EQ(progress.images, written.step * 64);
}

TEST(TrainerEndingsTest, TheEndOfTheControlPipeEndsTheTrainerAtOnce) {
  TrainerProcess trainer(Job({}, 100000, 1000000));
  ASSERT_TRUE(trainer.NextOf<frames::Progress>().has_value());
  trainer.CloseControl();
  EXPECT_EQ(trainer.Wait(), 3);
}

TEST(TrainerEndingsTest, DataThatIsNotThereIsTheJobsFaultAtItsPlaceInTheFile) {
  const frames::Exit exit = RunToEnd(JobIn(FreshFolder("job"), R"(name: small
kind: pretrain
model: {hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 64,
        image_size: 28, patch_size: 7, num_channels: 1}
data:
  train: {format: idx, path: /no/such/folder, split: train}
schedule: {steps: 5}
batch: {global: 64}
)"));
  EXPECT_EQ(exit.kind, ExitKind::kInvalidJob);
  EXPECT_THAT(exit.message,
              AllOf(HasSubstr("job.yaml:6:30: data.train.path: "), HasSubstr("/no/such/folder")));
}

TEST(TrainerEndingsTest, TooLittleDataForABatchIsTheJobsFault) {
  const frames::Exit exit = RunToEnd(Job({"data.train.limit_per_class=1"}));
  EXPECT_EQ(exit.kind, ExitKind::kInvalidJob);
  EXPECT_THAT(exit.message, AllOf(HasSubstr("batch.global"), HasSubstr("10")));
}

TEST(TrainerEndingsTest, AModelFolderThatIsNotThereIsTheJobsFault) {
  const frames::Exit exit =
      RunToEnd(JobIn(FreshFolder("job"), SmallFinetuneJob("tuned", "/no/such/model")));
  EXPECT_EQ(exit.kind, ExitKind::kInvalidJob);
  EXPECT_THAT(exit.message, AllOf(HasSubstr("model.from: "), HasSubstr("/no/such/model")));
}

TEST(TrainerEndingsTest, ALossThatIsNotFiniteStopsTheJobBeforeTheWeightsAreTouched) {
  const frames::TrainerJob job = Job({"optimizer.lr=100", "optimizer.weight_decay=1",
                                      "schedule.warmup=1 steps", "monitor.collapse_std=0"},
                                     1000, 1);
  const frames::Exit exit = RunToEnd(job);
  EXPECT_EQ(exit.kind, ExitKind::kNotFinite) << exit.message;
  EXPECT_THAT(exit.message, AllOf(HasSubstr("step "), HasSubstr("optimizer.lr")));
  // A checkpoint was taken after every step: what the last one holds is what was left untouched.
  const auto weights = model::ReadSafetensors(LatestCheckpoint(job) + "/model.safetensors");
  ASSERT_TRUE(weights.ok()) << weights.status();
  for (const auto& [name, tensor] : *weights) {
    EXPECT_TRUE(std::isfinite(tensor.abs().sum().item<double>())) << name;
  }
}

TEST(TrainerEndingsTest, ACollapseStopsTheJob) {
  // Every spread is below 1, so the monitor sees a collapse in healthy training.
  const frames::Exit exit = RunToEnd(Job({"monitor={collapse_std: 0.9, collapse_steps: 7}"}));
  EXPECT_EQ(exit.kind, ExitKind::kCollapsed) << exit.message;
  EXPECT_THAT(exit.message, HasSubstr("step 7: "));
}

TEST(TrainerEndingsTest, ADamagedCheckpointIsToldByName) {
  frames::TrainerJob job = Job({}, 40);
  ASSERT_EQ(RunToEnd(job).kind, ExitKind::kSucceeded);
  job.resume_from = LatestCheckpoint(job);
  job.attempt = 2;
  const std::string weights = job.resume_from + "/model.safetensors";
  std::string bytes = Contents(weights);
  bytes[bytes.size() / 2] ^= 1;
  std::ofstream(weights, std::ios::binary) << bytes;
  const frames::Exit exit = RunToEnd(job);
  EXPECT_EQ(exit.kind, ExitKind::kDamagedCheckpoint);
  EXPECT_THAT(exit.message, HasSubstr(weights + " is damaged"));
}

// What a worker hands over was accepted once; only a file handed to a lone trainer is judged.
TEST(TrainerEndingsTest, AnAcceptedJobTrainsThoughTodaysRulesWouldRefuseIt) {
  frames::TrainerJob job = Job({}, 20);
  nlohmann::json file = nlohmann::json::parse(job.job_file_json);
  file["spec"]["batch"]["micro"] = 100'000;  // above batch.global
  job.job_file_json = file.dump();
  EXPECT_EQ(RunToEnd(job).kind, ExitKind::kSucceeded);

  const std::string path = job.folder + "/job.json";
  std::ofstream(path) << frames::Encode(job);
  const Output alone = RunProgram(BinaryPath("nepa-trainer"), {"--config", path, "--check"});
  EXPECT_NE(alone.code, 0);
  EXPECT_THAT(alone.out + alone.error, HasSubstr("batch.micro"));
}

// A storage that is not mounted must not pass for checkpoints that are gone.
TEST(TrainerEndingsTest, AMissingCheckpointIsDamagedAndMissingCheckpointsAreTheStoragesFault) {
  frames::TrainerJob job = Job({}, 20);
  job.resume_from = job.folder + "/checkpoints/step-00000010-attempt-1";
  std::filesystem::create_directories(job.folder + "/checkpoints");
  EXPECT_EQ(RunToEnd(job).kind, ExitKind::kDamagedCheckpoint);
  std::filesystem::remove(job.folder + "/checkpoints");
  const frames::Exit exit = RunToEnd(job);
  EXPECT_EQ(exit.kind, ExitKind::kStorage);
  EXPECT_THAT(exit.message, HasSubstr("mounted"));
}

TEST(TrainerEndingsTest, ACheckpointOfAnotherRunIsRefused) {
  frames::TrainerJob job = Job({}, 20);
  ASSERT_EQ(RunToEnd(job).kind, ExitKind::kSucceeded);
  frames::TrainerJob other = Job({"seed=5"}, 20, 20, "other");
  other.resume_from = LatestCheckpoint(job);
  const frames::Exit exit = RunToEnd(other);
  EXPECT_EQ(exit.kind, ExitKind::kInvalidJob);
  EXPECT_THAT(exit.message, HasSubstr("seed"));
}

TEST(TrainerEndingsTest, AJobThatDiedAfterItsLastCheckpointHasNothingLeftToDo) {
  frames::TrainerJob job = Job({}, 20);
  ASSERT_EQ(RunToEnd(job).kind, ExitKind::kSucceeded);
  job.resume_from = LatestCheckpoint(job);
  job.attempt = 2;
  TrainerProcess trainer(job);
  const auto progress = trainer.NextOf<frames::Progress>();
  ASSERT_TRUE(progress.has_value());
  EXPECT_EQ(progress->step, 20);
  EXPECT_TRUE(progress->metrics.contains("knn_top1")) << "of the checkpoint";
  EXPECT_EQ(ExitOf(trainer).kind, ExitKind::kSucceeded);
}

TEST(TrainerEndingsTest, ADeviceThatThisBuildCannotUseIsTheJobsFault) {
  frames::TrainerJob job = Job({}, 20);
  job.device = "cuda:7";
  const frames::Exit exit = RunToEnd(job);
  EXPECT_EQ(exit.kind, ExitKind::kInvalidJob);
  EXPECT_THAT(exit.message, HasSubstr("cuda:7"));
}

TEST(TrainerEndingsTest, LeftoversOfACrashAreGoneAfterTheNextStart) {
  const frames::TrainerJob job = Job({}, 20);
  const std::string leftover = job.folder + "/checkpoints/.tmp-step-00000010-attempt-1";
  std::filesystem::create_directories(leftover);
  ASSERT_EQ(RunToEnd(job).kind, ExitKind::kSucceeded);
  EXPECT_FALSE(std::filesystem::exists(leftover));
}

TEST(TrainerEndingsTest, ALedgerThatCannotBeWrittenIsTheStoragesFault) {
  const frames::TrainerJob job = Job({}, 20);
  std::filesystem::create_symlink("/dev/full", job.folder + "/ledger.tsv.tmp-attempt-1");
  EXPECT_EQ(RunToEnd(job).kind, ExitKind::kStorage);
}

TEST(TrainerAloneTest, WritesForPeopleAndChecksAJobWithoutTraining) {
  const frames::TrainerJob job = Job({}, 20);
  const std::string path = job.folder + "/job.json";
  std::ofstream(path) << frames::Encode(job);
  const Output check = RunProgram(BinaryPath("nepa-trainer"), {"--config", path, "--check"});
  EXPECT_EQ(check.code, 0) << check.error;
  EXPECT_EQ(LatestCheckpoint(job), "");
  const Output run = RunProgram(BinaryPath("nepa-trainer"), {"--config", path});
  EXPECT_EQ(run.code, 0) << run.error;
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("step 20"), HasSubstr("checkpoint "), HasSubstr("succeeded")));
}

}  // namespace
}  // namespace nepa::testing
