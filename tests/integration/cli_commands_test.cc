// Every command of nepactl against a real coordinator and a real worker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "cli/client.h"
#include "cli/model_folder.h"
#include "tests/support/local_cluster.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// One cluster, with one job that has ended, for all tests: starting and training take the time.
class CliCommandsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    cluster_ = new LocalCluster;
    cluster_->StartCoordinator();
    cluster_->StartWorker();
    const std::string path =
        cluster_->WriteFile("done.yaml", SmallPretrainJob("done", 30, 10, "ema: {decay: 0.9}"));
    followed_ = new Output(cluster_->Nepactl({"submit", path, "--follow"}));
  }
  static void TearDownTestSuite() {
    delete followed_;
    delete cluster_;
  }

  static Output Run(const std::vector<std::string>& arguments) {
    return cluster_->Nepactl(arguments);
  }
  static nlohmann::json Json(const std::vector<std::string>& arguments) {
    return cluster_->NepactlJson(arguments);
  }
  // Of a job that would train for hours.
  static std::string SubmitLong(const std::string& name) {
    return cluster_->Submit(
        cluster_->WriteFile(name + ".yaml", SmallPretrainJob(name, 1'000'000, 100'000)));
  }

  static LocalCluster* cluster_;
  static Output* followed_;
};

LocalCluster* CliCommandsTest::cluster_ = nullptr;
Output* CliCommandsTest::followed_ = nullptr;

TEST_F(CliCommandsTest, FollowingASubmissionPrintsProgressAndEndsWithTheJob) {
  EXPECT_EQ(followed_->code, 0) << followed_->error << followed_->out;
  EXPECT_THAT(followed_->out, HasSubstr("done SUCCEEDED in "));
  EXPECT_THAT(followed_->out, HasSubstr("30 steps, loss "));
  EXPECT_THAT(followed_->out, Not(HasSubstr("\r")));
}

TEST_F(CliCommandsTest, AJobIsFoundByIdAndByNameWithEveryField) {
  const nlohmann::json by_name = Json({"describe", "done"});
  const nlohmann::json by_id = Json({"describe", by_name["id"]});
  EXPECT_EQ(by_name, by_id);
  for (const char* field :
       {"id",       "name",        "kind",   "phase",    "reason",       "attempt",
        "restarts", "user",        "queue",  "priority", "ranks",        "workers",
        "step",     "total_steps", "epoch",  "metrics",  "submitted_at", "started_at",
        "ended_at", "exit",        "folder", "gang",     "checkpoints",  "configuration"}) {
    EXPECT_TRUE(by_name.contains(field)) << field;
  }
  EXPECT_EQ(by_name["phase"], "SUCCEEDED");
  EXPECT_EQ(by_name["step"], 30);
  EXPECT_EQ(by_name["total_steps"], 30);
  EXPECT_EQ(by_name["ranks"], 1);
  EXPECT_EQ(by_name["exit"]["kind"], "succeeded");
  EXPECT_THAT(by_name["gang"], SizeIs(1));
  EXPECT_TRUE(by_name["metrics"]["loss"].is_number());
  EXPECT_FALSE(by_name["started_at"].is_null());
  EXPECT_THAT(by_name["ended_at"].get<std::string>(), HasSubstr("T"));
  EXPECT_TRUE(std::filesystem::is_directory(by_name["folder"].get<std::string>()));
  EXPECT_EQ(by_name["configuration"]["optimizer"]["clip_norm"], 1.0);

  const Output text = Run({"describe", "done"});
  EXPECT_THAT(text.out, HasSubstr("Phase        SUCCEEDED"));
  EXPECT_THAT(text.out, HasSubstr("clip_norm: 1"));
}

TEST_F(CliCommandsTest, ListHasTheJobAndLimitTakesTheLast) {
  const nlohmann::json all = Json({"list"});
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all[0]["name"], "done");
  const nlohmann::json last = Json({"list", "--limit", "1"});
  ASSERT_THAT(last, SizeIs(1));
  EXPECT_EQ(last[0], all.back());
  EXPECT_THAT(Run({"list"}).out, StartsWith("ID  NAME"));
}

TEST_F(CliCommandsTest, TheStoryHasItsEventsOldestFirst) {
  const nlohmann::json events = Json({"events", "done"});
  ASSERT_GE(events.size(), 4u);
  EXPECT_EQ(events.front()["kind"], "submitted");
  EXPECT_EQ(events.back()["kind"], "succeeded");
  std::set<std::string> kinds;
  for (const nlohmann::json& event : events) {
    EXPECT_EQ(event["job"], Json({"describe", "done"})["id"]);
    kinds.insert(event["kind"]);
  }
  EXPECT_THAT(kinds, Contains("placed"));
  EXPECT_THAT(kinds, Contains("checkpoint"));
  EXPECT_THAT(Run({"events", "done"}).out, HasSubstr("submitted"));
}

TEST_F(CliCommandsTest, ExplainSaysWhyAJobIsWhereItIs) {
  EXPECT_EQ(Json({"explain", "done"})["phase"], "SUCCEEDED");
  EXPECT_THAT(Run({"explain", "done"}).out, HasSubstr("SUCCEEDED"));
}

TEST_F(CliCommandsTest, TheMetricHistoryGoesByStep) {
  const nlohmann::json points = Json({"metrics", "done"});
  int64_t before = -1;
  int losses = 0;
  for (const nlohmann::json& point : points) {
    EXPECT_GE(point["step"].get<int64_t>(), before);
    before = point["step"];
    if (point["loss"].is_number()) ++losses;
  }
  EXPECT_GT(losses, 0);
  EXPECT_EQ(before, 30);
  const Output text = Run({"metrics", "done", "--name", "loss", "--limit", "2"});
  EXPECT_THAT(text.out, HasSubstr("STEP"));
  EXPECT_EQ(Run({"metrics", "done", "--plot"}).code, 0);
}

TEST_F(CliCommandsTest, CheckpointsAreListedShownAndVerified) {
  const nlohmann::json checkpoints = Json({"checkpoints", "list", "--job", "done"});
  ASSERT_FALSE(checkpoints.empty());
  const nlohmann::json last = checkpoints.back();
  EXPECT_EQ(last["step"], 30);
  EXPECT_EQ(last["state"], "AVAILABLE");
  EXPECT_EQ(last["job"], Json({"describe", "done"})["id"]);
  EXPECT_EQ(last["sha256"].get<std::string>().size(), 64u);
  EXPECT_EQ(Json({"checkpoints", "show", last["id"]}), last);
  EXPECT_EQ(Json({"checkpoints", "verify", last["id"]})["faults"], nlohmann::json::array());
  EXPECT_THAT(Run({"checkpoints", "show", last["id"]}).out, HasSubstr("SHA-256"));
  EXPECT_EQ(Run({"checkpoints", "show", "c999"}).code, 5);
  EXPECT_EQ(Run({"checkpoints", "list", "--job", "none"}).code, 5);
}

std::string Contents(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_F(CliCommandsTest, ExportMakesAModelFolderAndEmaSwapsTheWeights) {
  const nlohmann::json checkpoint = Json({"checkpoints", "list", "--job", "done"}).back();
  const std::string id = checkpoint["id"], path = checkpoint["path"];
  const std::string plain = cluster_->folder() + "/plain", ema = cluster_->folder() + "/ema";
  ASSERT_EQ(Run({"checkpoints", "export", id, plain}).code, 0);
  ASSERT_EQ(Run({"checkpoints", "export", id, ema, "--ema"}).code, 0);
  const std::string raw_weights = Contents(path + "/model.safetensors");
  const std::string ema_weights = Contents(path + "/model_ema.safetensors");
  ASSERT_NE(raw_weights, ema_weights);
  EXPECT_TRUE(Contents(plain + "/model.safetensors") == raw_weights);
  EXPECT_TRUE(Contents(plain + "/model_ema.safetensors") == ema_weights);
  EXPECT_TRUE(Contents(ema + "/model.safetensors") == ema_weights);
  EXPECT_TRUE(std::filesystem::exists(ema + "/config.json"));
  EXPECT_FALSE(std::filesystem::exists(plain + "/manifest.json"));
  EXPECT_EQ(Run({"checkpoints", "export", id, plain}).code, 2) << "it exists";
}

TEST_F(CliCommandsTest, ACheckpointOnUnseenStorageIsStreamed) {
  const nlohmann::json listed = Json({"checkpoints", "list", "--job", "done"}).back();
  cli::Client client(cluster_->coordinator_address(), absl::Seconds(30));
  auto checkpoint = client.GetCheckpoint(listed["id"]);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  checkpoint->set_path("/not/on/this/machine");
  const std::string folder = cluster_->folder() + "/streamed";
  const auto exported = cli::ExportModelFolder(client, *checkpoint, folder, false);
  ASSERT_TRUE(exported.ok()) << exported.status();
  EXPECT_TRUE(Contents(folder + "/model.safetensors") ==
              Contents(listed["path"].get<std::string>() + "/model.safetensors"));
}

TEST_F(CliCommandsTest, WorkersAreListedAndDescribed) {
  const nlohmann::json workers = Json({"workers", "list"});
  ASSERT_THAT(workers, SizeIs(1));
  EXPECT_EQ(workers[0]["state"], "READY");
  EXPECT_EQ(workers[0]["device"], "cpu");
  EXPECT_GE(workers[0]["slots"]["total"], 1);
  EXPECT_EQ(Json({"workers", "describe", workers[0]["name"]})["id"], workers[0]["id"]);
  EXPECT_THAT(Run({"workers", "describe", workers[0]["id"]}).out, HasSubstr("/metrics"));
  EXPECT_EQ(Run({"workers", "describe", "none"}).code, 5);
}

TEST_F(CliCommandsTest, LogsOfAnEndedJobAreThere) {
  EXPECT_EQ(Run({"logs", "done"}).code, 0);
  EXPECT_EQ(Run({"logs", "done", "-f", "--rank", "0", "--attempt", "1"}).code, 0);
  EXPECT_EQ(Run({"logs", "none"}).code, 5);
}

TEST_F(CliCommandsTest, ARunningJobIsPausedResumedCancelledAndDeleted) {
  const std::string id = SubmitLong("moved");
  ASSERT_TRUE(cluster_->WaitForStep(id, 1));
  EXPECT_EQ(Run({"delete", id}).code, 4) << "it has not ended";
  EXPECT_EQ(Run({"resume", id}).code, 4) << "it is not paused";
  ASSERT_EQ(Run({"pause", "moved"}).code, 0);
  ASSERT_TRUE(cluster_->WaitForPhase(id, "PAUSED"));
  EXPECT_THAT(Json({"describe", id})["checkpoints"], Not(IsEmpty()));
  ASSERT_EQ(Run({"resume", "moved"}).code, 0);
  ASSERT_TRUE(cluster_->WaitForPhase(id, "RUNNING"));
  ASSERT_EQ(Run({"cancel", id}).code, 0);
  ASSERT_TRUE(cluster_->WaitForPhase(id, "CANCELLED"));
  EXPECT_EQ(Run({"cancel", id}).code, 4) << "it has ended";
  EXPECT_EQ(Run({"watch", id}).code, 1) << "it was cancelled";
  const std::string folder = Json({"describe", id})["folder"];
  ASSERT_EQ(Run({"delete", id}).code, 0);
  EXPECT_EQ(Run({"describe", id}).code, 5);
  EXPECT_TRUE(WaitUntil([&] { return !std::filesystem::exists(folder); }, absl::Seconds(10)));
}

TEST_F(CliCommandsTest, AJobThatWaitsSaysForWhat) {
  const std::string first = SubmitLong("first");
  const std::string second = SubmitLong("second");
  ASSERT_TRUE(cluster_->WaitForPhase(first, "RUNNING"));
  const nlohmann::json waiting = Json({"explain", second});
  EXPECT_EQ(waiting["phase"], "QUEUED");
  EXPECT_THAT(waiting["reason"].get<std::string>(), HasSubstr("slot"));
  EXPECT_EQ(Run({"cancel", second}).code, 0);
  EXPECT_EQ(Run({"cancel", first}).code, 0);
}

TEST_F(CliCommandsTest, ADryRunLeavesNothingBehind) {
  const size_t before = Json({"list"}).size();
  const std::string path = cluster_->WriteFile("dry.yaml", SmallPretrainJob("dry", 5, 5));
  const nlohmann::json job = Json({"submit", path, "--dry-run", "--set", "schedule.steps=7"});
  EXPECT_TRUE(job["id"].is_null());
  EXPECT_EQ(job["name"], "dry");
  EXPECT_EQ(Json({"list"}).size(), before);
  EXPECT_THAT(Run({"submit", path, "--dry-run"}).out, HasSubstr("name: dry"));
}

TEST_F(CliCommandsTest, AnUnknownSourceOfAModelIsRefusedWithItsPlace) {
  const std::string path =
      cluster_->WriteFile("orphan.yaml", SmallFinetuneJob("orphan", "job/nobody"));
  const Output output = Run({"submit", path});
  EXPECT_EQ(output.code, 2) << output.error;
  EXPECT_THAT(output.error, StartsWith(absl::StrCat(path, ":4:")));
  EXPECT_THAT(output.error, HasSubstr("model.from: "));
  EXPECT_THAT(output.error, HasSubstr("nobody"));
}

TEST_F(CliCommandsTest, AJobThatFailsEndsTheFollowingWithOneAndSaysWhy) {
  const std::string path = cluster_->WriteFile(
      "hopeless.yaml",
      SmallPretrainJob("hopeless", 200, 100, "monitor: {collapse_std: 1, collapse_steps: 2}"));
  const Output output = Run({"submit", path, "--follow"});
  EXPECT_EQ(output.code, 1) << output.out << output.error;
  EXPECT_THAT(output.out, HasSubstr("FAILED"));
  EXPECT_THAT(output.out, HasSubstr("collapsed (rank 0): "));
}

TEST_F(CliCommandsTest, TheCoordinatorHasAVersion) {
  EXPECT_EQ(Json({"version"})["coordinator"], Json({"version"})["nepactl"]);
}

}  // namespace
}  // namespace nepa::testing
