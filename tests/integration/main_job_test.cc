// The main job through the real programs: submit, pretrain on real images, registry, fine-tune,
// export, metrics.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "tests/support/local_cluster.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;

class MainJobTest : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.StartCoordinator();
    cluster_.StartWorker();
  }
  std::string SubmitText(const std::string& name, const std::string& text) {
    return cluster_.Submit(cluster_.WriteFile(name + ".yaml", text));
  }
  LocalCluster cluster_;
};

TEST_F(MainJobTest, PretrainingThenFineTuningFromItsCheckpointSucceeds) {
  const std::string pretrain = SubmitText("first", SmallPretrainJob("first", 60, 20));
  // Submitted at once: it waits for its source, then starts by itself.
  const std::string finetune = SubmitText("second", SmallFinetuneJob("second", "job/first"));
  ASSERT_TRUE(cluster_.WaitForPhase(pretrain, "SUCCEEDED"))
      << cluster_.NepactlJson({"describe", pretrain}).dump(1);
  ASSERT_TRUE(cluster_.WaitForPhase(finetune, "SUCCEEDED"))
      << cluster_.NepactlJson({"describe", finetune}).dump(1);

  const nlohmann::json job = cluster_.NepactlJson({"describe", "first"});
  EXPECT_EQ(job["step"], 60);
  EXPECT_EQ(job["total_steps"], 60);
  EXPECT_EQ(job["exit"]["kind"], "succeeded");
  EXPECT_THAT(job["metrics"]["loss"].get<double>(), AllOf(Ge(-1.0), Le(0.5)));
  EXPECT_GT(job["metrics"]["knn_top1"].get<double>(), 0.3) << "chance is 0.1";

  const nlohmann::json tuned = cluster_.NepactlJson({"describe", "second"});
  EXPECT_GT(tuned["metrics"]["top1"].get<double>(), 0.15) << "chance is 0.1";
  EXPECT_TRUE(tuned["metrics"].contains("ema_top1"));
}

TEST_F(MainJobTest, TheHistoryBeginsWithWhatWasMeasuredBeforeTheFirstStep) {
  const std::string job =
      cluster_.Submit(cluster_.WriteFile("from_zero.yaml", SmallPretrainJob("from-zero", 10, 10)),
                      {"--set", "evaluation.at_start=true"});
  ASSERT_TRUE(cluster_.WaitForPhase(job, "SUCCEEDED"));
  const nlohmann::json points = cluster_.NepactlJson({"metrics", job});
  ASSERT_FALSE(points.empty());
  EXPECT_EQ(points.front()["step"], 0);
  EXPECT_TRUE(points.front()["knn_top1"].is_number());
  EXPECT_EQ(cluster_.NepactlJson({"metrics", job, "--after", "0"}).front()["step"], 1);
}

TEST_F(MainJobTest, EveryCheckpointOfTheRegistryVerifiesAndExportsAsAModelFolder) {
  const std::string job = SubmitText("kept", SmallPretrainJob("kept", 40, 10));
  ASSERT_TRUE(cluster_.WaitForPhase(job, "SUCCEEDED"));
  const nlohmann::json checkpoints = cluster_.NepactlJson({"checkpoints", "list", "--job", "kept"});
  ASSERT_GE(checkpoints.size(), 2u);
  for (const nlohmann::json& checkpoint : checkpoints) {
    const std::string id = checkpoint["id"];
    EXPECT_EQ(cluster_.Nepactl({"checkpoints", "verify", id}).code, 0);
    EXPECT_TRUE(std::filesystem::exists(checkpoint["path"].get<std::string>() + "/manifest.json"));
  }
  EXPECT_EQ(checkpoints.back()["step"], 40);

  const std::string folder = cluster_.folder() + "/exported";
  const std::string last = checkpoints.back()["id"];
  ASSERT_EQ(cluster_.Nepactl({"checkpoints", "export", last, folder}).code, 0);
  EXPECT_TRUE(std::filesystem::exists(folder + "/config.json"));
  EXPECT_TRUE(std::filesystem::exists(folder + "/model.safetensors"));
  const Output info = RunProgram(BinaryPath("nepa-model"), {"info", folder});
  EXPECT_EQ(info.code, 0) << info.error;
}

// A fine-tuning of two steps from job/named-source, whose model section says `names`.
std::string FinetuneJobNaming(const std::string& names) {
  std::string text = SmallFinetuneJob("named", "job/named-source");
  const std::string source = "{from: job/named-source}", steps = "{steps: 40}";
  text.replace(text.find(source), source.size(),
               absl::StrCat("{from: job/named-source, id2label: ", names, "}"));
  text.replace(text.find(steps), steps.size(), "{steps: 2}");
  return text;
}

TEST_F(MainJobTest, TheClassNamesOfTheJobFileAreThoseOfTheExportedModelAndOfClassify) {
  const std::vector<std::string> names = {"tee shirt", "trouser", "pullover", "dress", "coat",
                                          "sandal",    "shirt",   "sneaker",  "bag",   "boot: ü"};
  std::string listed;
  for (size_t i = 0; i < names.size(); ++i) {
    absl::StrAppend(&listed, i == 0 ? "{" : ", ", i, ": \"", names[i], "\"");
  }
  SubmitText("source", SmallPretrainJob("named-source", 1, 1));
  const std::string job = SubmitText("named", FinetuneJobNaming(listed + "}"));
  ASSERT_TRUE(cluster_.WaitForPhase(job, "SUCCEEDED"))
      << cluster_.NepactlJson({"describe", job}).dump(1);

  const std::string folder = cluster_.folder() + "/exported";
  const std::string id =
      cluster_.NepactlJson({"checkpoints", "list", "--job", "named"}).back()["id"];
  ASSERT_EQ(cluster_.Nepactl({"checkpoints", "export", id, folder}).code, 0);
  std::ifstream file(folder + "/config.json");
  const nlohmann::json config = nlohmann::json::parse(file);
  ASSERT_EQ(config["id2label"].size(), names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(config["id2label"][absl::StrCat(i)], names[i]);
    EXPECT_EQ(config["label2id"][names[i]], i);
  }

  const Output classified =
      RunProgram(BinaryPath("nepa-model"), {"classify", "--model", folder, "--top", "10", "-o",
                                            "json", "tests/golden/transforms/grey.png"});
  ASSERT_EQ(classified.code, 0) << classified.error;
  const nlohmann::json top = nlohmann::json::parse(classified.out)[0]["top"];
  ASSERT_EQ(top.size(), names.size());
  for (const nlohmann::json& guess : top) {
    EXPECT_EQ(guess["label"], names[guess["index"].get<size_t>()]);
  }
}

TEST_F(MainJobTest, NamesForMoreOrFewerClassesThanTheImagesHaveFailTheJobWithThePlace) {
  SubmitText("source", SmallPretrainJob("named-source", 1, 1));
  const std::string job = SubmitText("named", FinetuneJobNaming("{0: fox, 1: owl}"));
  cluster_.WaitForPhase(job, "FAILED");
  const nlohmann::json exit = cluster_.NepactlJson({"describe", job})["exit"];
  EXPECT_EQ(exit["kind"], "invalid_job");
  EXPECT_THAT(exit["message"].get<std::string>(),
              AllOf(HasSubstr("named.yaml:4:"), HasSubstr("model.id2label"),
                    HasSubstr("names 2 classes, but the training images have 10")));
}

TEST_F(MainJobTest, AFlippedBitOfACheckpointIsFoundAndSaid) {
  const std::string job = SubmitText("torn", SmallPretrainJob("torn", 20, 10));
  ASSERT_TRUE(cluster_.WaitForPhase(job, "SUCCEEDED"));
  const nlohmann::json checkpoint =
      cluster_.NepactlJson({"checkpoints", "list", "--job", "torn"}).back();
  const std::string path = checkpoint["path"].get<std::string>() + "/model.safetensors";
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-1, std::ios::end);
  file.put('\x5a');
  file.close();
  const Output output = cluster_.Nepactl({"checkpoints", "verify", checkpoint["id"]});
  EXPECT_NE(output.code, 0);
  EXPECT_THAT(output.out + output.error, HasSubstr("model.safetensors"));
}

TEST_F(MainJobTest, TheLedgerHasEachSampleOncePerEpoch) {
  const std::string job = SubmitText("ledger", SmallPretrainJob("ledger", 32, 10));
  ASSERT_TRUE(cluster_.WaitForPhase(job, "SUCCEEDED"));
  const std::string folder = cluster_.NepactlJson({"describe", job})["folder"];
  std::ifstream ledger(folder + "/ledger.tsv");
  std::map<int, std::multiset<int>> samples;  // by epoch
  for (std::string line; std::getline(ledger, line);) {
    std::istringstream fields(line);
    int step = 0, epoch = 0, position = 0, sample = 0;
    ASSERT_TRUE(fields >> step >> epoch >> position >> sample) << line;
    samples[epoch].insert(sample);
  }
  ASSERT_EQ(samples.size(), 2u);  // 1,024 images, 16 steps of 64 an epoch
  for (const auto& [epoch, seen] : samples) {
    EXPECT_EQ(seen.size(), 1024u);
    EXPECT_EQ(std::set<int>(seen.begin(), seen.end()).size(), 1024u) << "epoch " << epoch;
  }
}

TEST_F(MainJobTest, TheFixedMetricNamesAreServedWithTheJobsLabelsAndValues) {
  const std::string job = SubmitText("seen", SmallPretrainJob("seen", 40, 20));
  ASSERT_TRUE(cluster_.WaitForPhase(job, "SUCCEEDED"));
  const std::string worker = HttpGet(cluster_.worker_http(), "/metrics");
  const std::string labels = absl::StrCat("{job_id=\"", job, "\",job_name=\"seen\"");
  for (const char* name :
       {"nepa_train_loss", "nepa_train_images_total", "nepa_train_gradient_norm",
        "nepa_train_learning_rate", "nepa_train_embedding_std", "nepa_eval_accuracy"}) {
    EXPECT_THAT(worker, HasSubstr(absl::StrCat(name, labels)));
  }
  for (const char* name : {"nepa_train_step_seconds", "nepa_train_data_wait_seconds",
                           "nepa_checkpoint_write_seconds", "nepa_checkpoint_stall_seconds"}) {
    EXPECT_THAT(worker, HasSubstr(name));
  }
  EXPECT_THAT(worker, HasSubstr(absl::StrCat("nepa_train_images_total", labels, "} 2560")))
      << "40 steps of 64 images";
  const std::string coordinator = HttpGet(cluster_.coordinator_http(), "/metrics");
  EXPECT_THAT(coordinator, HasSubstr("nepa_jobs{phase=\"SUCCEEDED\"} 1"));
  for (const char* name :
       {"nepa_queue_wait_seconds", "nepa_schedule_seconds", "nepa_workers{", "nepa_slots{"}) {
    EXPECT_THAT(coordinator, HasSubstr(name));
  }
}

TEST_F(MainJobTest, BadDataPathsFailTheJobAtOnceInTheWordsOfValidateData) {
  std::string text = SmallPretrainJob("lost", 10, 10);
  for (const char* split : {"train,", "t10k,"}) {
    const std::string there = absl::StrCat("/usr/share/datasets/fashion-mnist, split: ", split);
    text.replace(text.find(there), there.size(), absl::StrCat("/nowhere/at/all, split: ", split));
  }
  const std::string path = cluster_.WriteFile("lost.yaml", text);
  const std::string job = cluster_.Submit(path);
  cluster_.WaitForPhase(job, "FAILED");
  const nlohmann::json ended = cluster_.NepactlJson({"describe", job});
  EXPECT_EQ(ended["phase"], "FAILED");
  EXPECT_EQ(ended["restarts"], 0);
  EXPECT_EQ(ended["exit"]["kind"], "invalid_job");
  const std::string message = ended["exit"]["message"];
  EXPECT_THAT(message, AllOf(HasSubstr("lost.yaml:14:30: data.train.path: /nowhere/at/all: "),
                             HasSubstr("lost.yaml:15:29: data.eval.path: /nowhere/at/all: ")));
  // To the letter what the machine of the person says who looks before submitting.
  const Output here = cluster_.Nepactl({"validate", "--data", path});
  EXPECT_EQ(here.code, 2);
  EXPECT_EQ(here.error, message + "\n");
}

}  // namespace
}  // namespace nepa::testing
