// What a trainer refuses before its first step, because job, model, data or checkpoint don't fit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/integration/trainer_jobs.h"
#include "tests/integration/trainer_process.h"
#include "tests/support/small_jobs.h"
#include "worker/train/model/model_folder.h"

namespace nepa::testing {
namespace {

using frames::ExitKind;
using ::testing::AllOf;
using ::testing::HasSubstr;

frames::Exit RunToEnd(const frames::TrainerJob& job) {
  TrainerProcess trainer(job);
  return ExitOf(trainer);
}

// A model folder of one small block, changed by `change`.
std::string Model(const std::function<void(config::ModelConfig&)>& change) {
  config::ModelConfig config{.hidden_size = 32,
                             .num_hidden_layers = 1,
                             .num_attention_heads = 2,
                             .intermediate_size = 64,
                             .image_size = 28,
                             .patch_size = 7,
                             .num_channels = 1};
  change(config);
  const std::string folder = FreshFolder("model");
  EXPECT_TRUE(model::SaveModel(folder, model::VitNepa::Create(config, 1)).ok());
  return folder;
}

// What is told of fine-tuning from it.
std::string Refusal(const std::string& model, const std::vector<std::string>& overrides = {}) {
  const frames::Exit exit =
      RunToEnd(JobIn(FreshFolder("job"), SmallFinetuneJob("tuned", model), overrides));
  EXPECT_EQ(exit.kind, ExitKind::kInvalidJob) << exit.message;
  return exit.message;
}

frames::TrainerJob Synthetic(int classes, const std::string& more = "") {
  return JobIn(
      FreshFolder("classes"),
      "name: small\nkind: finetune\n"
      "model: {hidden_size: 32, num_hidden_layers: 1, num_attention_heads: 2, "
      "intermediate_size: 64, image_size: 28, patch_size: 7}\n"
      "data: {train: {format: synthetic, synthetic_count: 64, synthetic_classes: " +
          std::to_string(classes) +
          "}}\n"
          "augmentation: {crop: none, rand_augment: \"\", erasing: 0, mixup: 0, cutmix: 0}\n"
          "schedule: {steps: 2}\nbatch: {global: 16}\nprecision: fp32\n" +
          more);
}

TEST(TrainerFitTest, AResumeOnDataOfOtherClassesIsRefused) {
  const frames::TrainerJob before = Synthetic(4);
  ASSERT_EQ(RunToEnd(before).kind, ExitKind::kSucceeded);
  const std::string checkpoint = LatestCheckpoint(before);
  const std::string kept = FreshFolder("kept") + "/checkpoint";
  std::filesystem::copy(checkpoint, kept, std::filesystem::copy_options::recursive);

  frames::TrainerJob more = Synthetic(6);
  more.resume_from = kept;
  const frames::Exit exit = RunToEnd(more);
  EXPECT_EQ(exit.kind, ExitKind::kInvalidJob);
  EXPECT_THAT(exit.message, AllOf(HasSubstr("data.train.path: "),
                                  HasSubstr("a count of classes of 4, now it is 6")));

  frames::TrainerJob renamed = Synthetic(4);
  nlohmann::json file = nlohmann::json::parse(renamed.job_file_json);
  file["spec"]["model"]["id2label"] = {{"0", "a"}, {"1", "b"}, {"2", "c"}, {"3", "d"}};
  renamed.job_file_json = file.dump();
  renamed.resume_from = kept;
  EXPECT_THAT(RunToEnd(renamed).message, HasSubstr("now it is a"));

  frames::TrainerJob same = Synthetic(4);
  same.resume_from = kept;
  EXPECT_EQ(RunToEnd(same).kind, ExitKind::kSucceeded);
}

TEST(TrainerFitTest, AModelThatReadsTwoChannelsIsRefused) {
  EXPECT_THAT(Refusal(Model([](config::ModelConfig& config) { config.num_channels = 2; })),
              AllOf(HasSubstr("model.num_channels: "), HasSubstr("reads 2 channels")));
}

TEST(TrainerFitTest, OverridesThatTheSourceCannotHaveAreRefusedAtTheirPlace) {
  const std::string model = Model([](config::ModelConfig&) {});
  for (const char* side : {"4", "30", "7168"}) {  // below a patch, not whole patches, too many
    EXPECT_THAT(Refusal(model, {std::string("model.image_size=") + side}),
                HasSubstr("model.image_size: "))
        << side;
  }
}

TEST(TrainerFitTest, ALargeModelIsNotFineTunedWithTheDefaultsOfBaseUnlessTheFileSaysSo) {
  const std::string model = Model([](config::ModelConfig& config) {
    config.hidden_size = 1024;
    config.num_attention_heads = 16;
  });
  EXPECT_THAT(Refusal(model), AllOf(HasSubstr("recipe: is not given"), HasSubstr("recipe: large")));
  for (const char* recipe : {"recipe=large", "recipe=base"}) {
    const frames::Exit exit = RunToEnd(
        JobIn(FreshFolder("job"), SmallFinetuneJob("tuned", model), {recipe, "schedule.steps=1"}));
    EXPECT_EQ(exit.kind, ExitKind::kSucceeded) << exit.message;
  }
}

TEST(TrainerFitTest, AWarmupLongerThanTheRunIsRefused) {
  const frames::Exit exit =
      RunToEnd(JobIn(FreshFolder("job"), SmallPretrainJob("small", 20, 20),
                     {"schedule={epochs: 1, warmup: 17 steps}"}));  // 1,024 images are 16 steps
  EXPECT_EQ(exit.kind, ExitKind::kInvalidJob);
  EXPECT_THAT(exit.message, AllOf(HasSubstr("schedule.warmup: "), HasSubstr("16 steps")));
}

// A row of the coordinator's database may be damaged; what a worker hands over is not judged again.
TEST(TrainerFitTest, AnAcceptedJobWithWhichNobodyCouldTrainIsRefused) {
  frames::TrainerJob job = JobIn(FreshFolder("job"), SmallPretrainJob("small", 20, 20));
  nlohmann::json file = nlohmann::json::parse(job.job_file_json);
  file["spec"]["batch"]["global"] = 0;
  job.job_file_json = file.dump();
  const frames::Exit exit = RunToEnd(job);
  EXPECT_EQ(exit.kind, ExitKind::kInvalidJob);
  EXPECT_THAT(exit.message, HasSubstr("batch.global: 0 is out of range"));
}

TEST(TrainerFitTest, AFolderOfAnEarlierAttemptThatNobodyHeardOfIsGoneAfterTheStart) {
  frames::TrainerJob job = JobIn(FreshFolder("job"), SmallPretrainJob("small", 20, 20));
  const std::string lost = job.folder + "/checkpoints/step-00000010-attempt-1";
  std::filesystem::create_directories(lost);
  job.attempt = 2;
  ASSERT_EQ(RunToEnd(job).kind, ExitKind::kSucceeded);
  EXPECT_TRUE(std::filesystem::exists(lost)) << "nobody told which are known";
  job.attempt = 3;
  job.registered_checkpoints = {"step-00000020-attempt-2"};
  ASSERT_EQ(RunToEnd(job).kind, ExitKind::kSucceeded);
  EXPECT_FALSE(std::filesystem::exists(lost));
  EXPECT_TRUE(std::filesystem::exists(job.folder + "/checkpoints/step-00000020-attempt-2"));
}

}  // namespace
}  // namespace nepa::testing
