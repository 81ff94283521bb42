// What nepactl sends and prints, against a coordinator that answers as the test says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "common/io/file.h"
#include "common/manifest/manifest.h"
#include "common/rpc/status.h"
#include "tests/support/fake_job_service.h"
#include "tests/support/nepactl_call.h"

namespace nepa::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class CliRequestsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "cli-requests-" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  NepactlCall Call(const std::vector<std::string>& arguments) {
    return CallNepactl(arguments, {{"NEPA_COORDINATOR", service_.address()}});
  }

  v1::Job& AddJob(const std::string& id, const std::string& name, v1::Phase phase) {
    v1::Job& job = service_.jobs.emplace_back();
    job.set_id(id);
    job.set_name(name);
    job.set_kind("pretrain");
    job.set_phase(phase);
    job.mutable_submitted_at()->set_seconds(3540);
    return job;
  }

  std::string WriteFile(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
    return folder_ + "/" + name;
  }
  std::string ReadFile(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::string JobFile() { return WriteFile("job.yaml", kJobFile); }

  static constexpr char kJobFile[] =
      "name: made\nkind: pretrain\ndata: {train: {format: synthetic}}\nbatch: {global: 64}\n"
      "schedule: {steps: 5}\n";

  FakeJobService service_;
  std::string folder_;
};

TEST_F(CliRequestsTest, SubmitSendsTheTextItsFolderAndTheOverrides) {
  const std::string path = JobFile();
  const NepactlCall call = Call({"submit", path, "--set", "seed=3", "--set", "batch.global=64"});
  EXPECT_EQ(call.code, 0) << call.err;
  EXPECT_EQ(call.out, "j1 submitted QUEUED\n");
  ASSERT_THAT(service_.submitted, SizeIs(1));
  const v1::SubmitJobRequest& request = service_.submitted[0];
  EXPECT_EQ(request.text(), kJobFile);
  EXPECT_EQ(request.file(), path);
  EXPECT_EQ(request.folder(), folder_);
  EXPECT_THAT(request.overrides(), ElementsAre("seed=3", "batch.global=64"));
  EXPECT_THAT(request.user(), Not(IsEmpty()));
  EXPECT_THAT(request.request_id(), SizeIs(36));
  EXPECT_FALSE(request.dry_run());
}

TEST_F(CliRequestsTest, ALostReplyIsAskedForAgainWithTheSameRequestId) {
  service_.lose_replies = 2;
  const NepactlCall call = Call({"submit", JobFile()});
  EXPECT_EQ(call.code, 0) << call.err;
  ASSERT_THAT(service_.request_ids, SizeIs(3));
  EXPECT_EQ(service_.request_ids[0], service_.request_ids[1]);
  EXPECT_EQ(service_.request_ids[0], service_.request_ids[2]);
  EXPECT_THAT(service_.jobs, SizeIs(1));
}

TEST_F(CliRequestsTest, EachRequestHasAnIdOfItsOwn) {
  AddJob("j1", "a", v1::PHASE_RUNNING);
  ASSERT_EQ(Call({"pause", "j1"}).code, 0);
  ASSERT_EQ(Call({"pause", "j1"}).code, 0);
  ASSERT_THAT(service_.request_ids, SizeIs(2));
  EXPECT_NE(service_.request_ids[0], service_.request_ids[1]);
}

TEST_F(CliRequestsTest, RepliesThatStayLostEndAtTheTimeoutWithExitCodeThree) {
  service_.lose_replies = 1000;
  const NepactlCall call = Call({"list", "--timeout", "300ms"});
  EXPECT_EQ(call.code, 3);
  EXPECT_THAT(call.err, HasSubstr("could not do it in time"));
}

TEST_F(CliRequestsTest, AFaultyFileIsRefusedBeforeAnythingIsSent) {
  const std::string path = WriteFile("bad.yaml", "name: made\nkind: nothing\n");
  const NepactlCall call = Call({"submit", path});
  EXPECT_EQ(call.code, 2);
  EXPECT_THAT(call.err, HasSubstr(path + ":2:7: kind: "));
  EXPECT_THAT(service_.submitted, IsEmpty());
}

TEST_F(CliRequestsTest, FaultsThatOnlyTheCoordinatorSeesArePrintedTheSameWay) {
  v1::JobFileFaults faults;
  v1::JobFileFault* fault = faults.add_faults();
  fault->set_file("job.yaml");
  fault->set_line(3);
  fault->set_column(9);
  fault->set_field("model.from");
  fault->set_message("no job 'lost'");
  service_.refusal =
      rpc::ToGrpc(rpc::WithFaults(absl::InvalidArgumentError("the job file has 1 fault"), faults));
  const NepactlCall text = Call({"submit", JobFile()});
  EXPECT_EQ(text.code, 2);
  EXPECT_EQ(text.err, "job.yaml:3:9: model.from: no job 'lost'\n");
  const NepactlCall json = Call({"submit", JobFile(), "-o", "json"});
  EXPECT_EQ(json.code, 2);
  EXPECT_EQ(json.out, "");
  const nlohmann::json error = nlohmann::json::parse(json.err)["error"];
  EXPECT_EQ(error["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(error["details"][0]["field"], "model.from");
  EXPECT_EQ(error["details"][0]["line"], 3);
}

TEST_F(CliRequestsTest, ADryRunSubmitsNothing) {
  const NepactlCall call = Call({"submit", JobFile(), "--dry-run"});
  EXPECT_EQ(call.code, 0) << call.err;
  EXPECT_TRUE(service_.submitted.at(0).dry_run());
  EXPECT_THAT(service_.jobs, IsEmpty());
  EXPECT_THAT(call.err, HasSubstr("nothing was submitted"));
}

TEST_F(CliRequestsTest, FollowingPrintsPlainLinesAndEndsAsTheJobEnds) {
  v1::Job job;
  job.set_id("j1");
  job.set_name("submitted");
  for (const v1::Phase phase : {v1::PHASE_QUEUED, v1::PHASE_RUNNING, v1::PHASE_SUCCEEDED}) {
    job.set_phase(phase);
    service_.story.push_back(job);
  }
  const NepactlCall call = Call({"submit", JobFile(), "--follow"});
  EXPECT_EQ(call.code, 0) << call.err;
  EXPECT_THAT(call.out, HasSubstr("j1 submitted SUCCEEDED: 0 steps\n"));
  EXPECT_THAT(call.out, Not(HasSubstr("\033")));

  service_.story.back().set_phase(v1::PHASE_FAILED);
  service_.story.back().mutable_exit()->set_kind("out_of_memory");
  const NepactlCall failed = Call({"submit", JobFile(), "-f", "-o", "json"});
  EXPECT_EQ(failed.code, 1);
  EXPECT_EQ(failed.json()["exit"]["kind"], "out_of_memory");
}

TEST_F(CliRequestsTest, AWatchThatBreaksOrEndsEarlyGoesOnToTheEndOfTheJob) {
  AddJob("j1", "a", v1::PHASE_RUNNING);
  service_.story = {service_.jobs[0], service_.jobs[0]};
  service_.story.back().set_phase(v1::PHASE_CANCELLED);
  for (const grpc::StatusCode code : {grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::OK}) {
    service_.break_watch_after = 1;
    service_.watch_break = grpc::Status(code, "");
    const NepactlCall call = Call({"watch", "a", "-o", "json"});
    EXPECT_EQ(call.code, 1) << call.err;
    EXPECT_THAT(call.out, HasSubstr("\"phase\":\"CANCELLED\""));
  }
}

TEST_F(CliRequestsTest, WatchingAllJobsWithoutATerminalTellsEachThatChanged) {
  v1::WatchJobsResponse picture;
  v1::Job& job = *picture.add_jobs();
  job.set_id("j1");
  job.set_name("a");
  job.set_phase(v1::PHASE_SUCCEEDED);
  v1::Job& other = *picture.add_jobs();
  other.set_id("j2");
  other.set_name("b");
  other.set_phase(v1::PHASE_QUEUED);
  other.set_reason("waits");
  service_.pictures = {picture, picture};
  service_.pictures.back().mutable_jobs(1)->set_phase(v1::PHASE_CANCELLED);
  const NepactlCall call = Call({"watch"});
  EXPECT_EQ(call.code, 4) << call.err;
  EXPECT_EQ(service_.limit, 0);
  // Only the newest picture counts: the first may have been overtaken.
  EXPECT_THAT(call.out, ::testing::AnyOf("j2 b  QUEUED  waits\nj2 b CANCELLED: 0 steps\n", ""));
  const NepactlCall json = Call({"watch", "-o", "json"});
  EXPECT_THAT(json.out, HasSubstr("\"phase\":\"CANCELLED\""));
}

TEST_F(CliRequestsTest, ListPrintsATableOrAnArray) {
  AddJob("j1", "first", v1::PHASE_SUCCEEDED);
  AddJob("j2", "second", v1::PHASE_QUEUED);
  const NepactlCall table = Call({"list", "--limit", "5"});
  EXPECT_EQ(table.out,
            "ID  NAME    KIND      PHASE      STEP  EPOCH  LOSS  IMAGES/S  RESTARTS  TIME  AGE\n"
            "j1  first   pretrain  SUCCEEDED     0    0.0     -         -         0     -   1m\n"
            "j2  second  pretrain  QUEUED        0    0.0     -         -         0     -   1m\n");
  EXPECT_EQ(service_.limit, 5);
  const NepactlCall json = Call({"list", "-o", "json"});
  ASSERT_THAT(json.json(), SizeIs(2));
  EXPECT_EQ(json.json()[1]["id"], "j2");
  EXPECT_EQ(service_.limit, 0) << "everything, unless a limit is given";
}

TEST_F(CliRequestsTest, EmptyListingsAreEmptyArraysAndARemark) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"list"}, {"checkpoints", "list"}, {"workers", "list"}}) {
    std::vector<std::string> as_json = command;
    as_json.insert(as_json.end(), {"-o", "json"});
    EXPECT_EQ(Call(as_json).out, "[]\n");
    const NepactlCall text = Call(command);
    EXPECT_EQ(text.code, 0);
    EXPECT_EQ(text.out, "");
    EXPECT_THAT(text.err, Not(IsEmpty()));
  }
}

TEST_F(CliRequestsTest, GlobalOptionsStandBeforeOrAfterTheCommand) {
  AddJob("j1", "list", v1::PHASE_RUNNING);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"-o", "json", "--coordinator", service_.address(), "describe",
                                 "list"},
        {"describe", "list", "--coordinator", service_.address(), "--output=json"},
        {"--coordinator=" + service_.address(), "describe", "-ojson", "list"}}) {
    const NepactlCall call = CallNepactl(arguments);
    EXPECT_EQ(call.code, 0) << call.err;
    EXPECT_EQ(call.json()["id"], "j1");
  }
}

TEST_F(CliRequestsTest, ChangesNameTheJobAndSayWhatBecameOfIt) {
  AddJob("j1", "a", v1::PHASE_RUNNING);
  EXPECT_EQ(Call({"pause", "a"}).out, "j1 a PAUSED\n");
  EXPECT_EQ(Call({"resume", "a"}).out, "j1 a QUEUED\n");
  EXPECT_EQ(Call({"cancel", "j1", "-o", "json"}).json()["phase"], "CANCELLED");
  EXPECT_EQ(Call({"delete", "a", "--keep-checkpoints"}).out,
            "j1 a deleted, its checkpoints kept\n");
  EXPECT_THAT(service_.changed,
              ElementsAre("pause a", "resume a", "cancel j1", "delete j1 keeping checkpoints"));
}

TEST_F(CliRequestsTest, APriorityIsAWordOrANumberAndIsCheckedBeforeItIsSent) {
  AddJob("j1", "a", v1::PHASE_QUEUED);
  EXPECT_EQ(Call({"priority", "a", "high"}).out, "j1 a has priority 750\n");
  EXPECT_EQ(Call({"priority", "j1", "3", "-o", "json"}).json()["priority"], 3);
  const NepactlCall wrong = Call({"priority", "a", "urgent"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_EQ(wrong.err,
            "nepactl: priority 'urgent' is not low (250), normal (500), high (750) or a whole "
            "number, 0 to 1000\n");
  EXPECT_THAT(service_.changed, ElementsAre("priority a", "priority j1"));
}

TEST_F(CliRequestsTest, CheckpointsArePinnedUnpinnedAndDeleted) {
  v1::Checkpoint& checkpoint = service_.checkpoints.emplace_back();
  checkpoint.set_id("c1");
  checkpoint.set_job("j1");
  checkpoint.set_step(1200);
  checkpoint.set_bytes(2048);
  EXPECT_EQ(Call({"checkpoints", "pin", "c1"}).out,
            "c1 of job j1, step 1,200, is kept until it is unpinned\n");
  EXPECT_EQ(Call({"checkpoints", "unpin", "c1", "-o", "json"}).json()["pinned"], false);
  EXPECT_EQ(Call({"checkpoints", "delete", "c1"}).out,
            "c1 of job j1, step 1,200, deleted: 2.0 KiB will be free\n");
  EXPECT_EQ(Call({"checkpoints", "delete", "c2"}).code, 5);
  EXPECT_THAT(service_.changed, ElementsAre("pin c1", "unpin c1", "delete c1"));
}

TEST_F(CliRequestsTest, AWorkerIsDrainedInTheNameOfThePersonAndUndrained) {
  v1::Worker& worker = service_.workers.emplace_back();
  worker.set_id("w1");
  worker.set_name("gpu-07");
  worker.set_state(v1::WORKER_STATE_DRAINING);
  worker.set_reason("drained by ann; nothing runs there");
  EXPECT_EQ(Call({"workers", "drain", "gpu-07", "--reason", "fan"}).out,
            "w1 gpu-07 DRAINING: drained by ann; nothing runs there\n");
  EXPECT_EQ(service_.drain_request.worker(), "gpu-07");
  EXPECT_EQ(service_.drain_request.reason(), "fan");
  EXPECT_THAT(service_.drain_request.user(), Not(IsEmpty()));
  EXPECT_EQ(Call({"workers", "undrain", "w1", "-o", "json"}).json()["name"], "gpu-07");
  EXPECT_EQ(Call({"workers", "drain", "gpu-07", "--timeout", "1s"}).code, 2) << "without --wait";
  EXPECT_THAT(service_.request_ids, SizeIs(2));
}

TEST_F(CliRequestsTest, DrainingWaitsUntilNoJobRunsThereAnyMore) {
  v1::Worker& worker = service_.workers.emplace_back();
  worker.set_id("w1");
  worker.set_name("gpu-07");
  AddJob("j1", "there", v1::PHASE_RUNNING).add_workers("gpu-07");
  AddJob("j2", "elsewhere", v1::PHASE_RUNNING).add_workers("gpu-08");
  AddJob("j3", "over", v1::PHASE_SUCCEEDED).add_workers("gpu-07");
  service_.story = {service_.jobs[0], service_.jobs[0]};
  service_.story.back().set_phase(v1::PHASE_RESTARTING);
  service_.story.back().set_reason("goes on elsewhere");
  const NepactlCall call = Call({"workers", "drain", "gpu-07", "--wait"});
  EXPECT_EQ(call.code, 0) << call.err;
  EXPECT_EQ(call.err, "j1 there RESTARTING: goes on elsewhere\n");
}

TEST_F(CliRequestsTest, WhatIsNotThereAndWhatIsNotAllowedHaveTheirExitCodes) {
  EXPECT_EQ(Call({"describe", "none"}).code, 5);
  EXPECT_EQ(Call({"workers", "describe", "none"}).code, 5);
  EXPECT_EQ(Call({"checkpoints", "show", "c1"}).code, 5);
  AddJob("j1", "a", v1::PHASE_SUCCEEDED);
  service_.refusal = grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "j1 has ended");
  const NepactlCall call = Call({"cancel", "a"});
  EXPECT_EQ(call.code, 4);
  EXPECT_EQ(call.err, "nepactl: j1 has ended\n");
}

TEST_F(CliRequestsTest, ALogThatBreaksGoesOnWithoutRepeatingALine) {
  AddJob("j1", "a", v1::PHASE_RUNNING).set_attempt(1);
  for (const char* text : {"one\n", "two\n", "three\n"}) {
    v1::ReadLogsResponse& piece = service_.log.emplace_back();
    piece.set_attempt(1);
    piece.set_text(text);
  }
  service_.break_log_after = 2;
  const NepactlCall call = Call({"logs", "a", "-f", "--rank", "0"});
  EXPECT_EQ(call.code, 0) << call.err;
  EXPECT_EQ(call.out, "one\ntwo\nthree\n");
  EXPECT_TRUE(service_.log_request.follow());
  EXPECT_EQ(service_.log_request.rank(), 0);
}

TEST_F(CliRequestsTest, LinesOfSeveralRanksSayWhoseTheyAre) {
  AddJob("j1", "a", v1::PHASE_RUNNING).set_ranks(2);
  v1::ReadLogsResponse& piece = service_.log.emplace_back();
  piece.set_rank(1);
  piece.set_attempt(2);
  piece.set_text("x\ny\n");
  EXPECT_EQ(Call({"logs", "a"}).out, "rank 1 | x\nrank 1 | y\n");
  EXPECT_EQ(
      Call({"logs", "a", "-o", "json"}).out,
      "{\"rank\":1,\"attempt\":2,\"line\":\"x\"}\n{\"rank\":1,\"attempt\":2,\"line\":\"y\"}\n");
}

TEST_F(CliRequestsTest, MetricsAreATableByStepOrAnArray) {
  for (const int step : {10, 20}) {
    v1::MetricPoint& point = service_.points.emplace_back();
    point.set_step(step);
    (*point.mutable_values())["loss"] = -0.1 * step / 10;
  }
  (*service_.points.back().mutable_values())["knn_top1"] = 0.5;
  EXPECT_EQ(Call({"metrics", "j1"}).out,
            "STEP  knn_top1     loss\n"
            "  10         -  -0.1000\n"
            "  20    50.0 %  -0.2000\n");
  EXPECT_EQ(Call({"metrics", "j1", "--name", "knn_top1"}).out, "STEP  knn_top1\n  20    50.0 %\n");
  const nlohmann::json json = Call({"metrics", "j1", "-o", "json"}).json();
  ASSERT_THAT(json, SizeIs(2));
  EXPECT_EQ(json[1]["step"], 20);
  EXPECT_EQ(json[1]["knn_top1"], 0.5);
  EXPECT_TRUE(json[0]["knn_top1"].is_null());
  EXPECT_EQ(Call({"metrics", "j1", "--name", "lss"}).code, 5);
  EXPECT_EQ(Call({"metrics", "j1", "--name", "lss"}).err,
            "nepactl: no metric 'lss' of job j1; did you mean loss? there are knn_top1, loss\n");
}

TEST_F(CliRequestsTest, MetricsAreDrawnInTheTerminalOrAsAPicture) {
  AddJob("j1", "a", v1::PHASE_RUNNING);
  AddJob("j2", "b", v1::PHASE_RUNNING);
  for (const int step : {10, 20}) {
    v1::MetricPoint& point = service_.points.emplace_back();
    point.set_step(step);
    point.mutable_time()->set_seconds(step == 10 ? 600 : 3000);
    (*point.mutable_values())["loss"] = -0.1 * step / 10;
    (*point.mutable_values())["top1"] = 0.01 * step;
  }
  EXPECT_THAT(Call({"metrics", "j1", "--plot"}).out, StartsWith("loss over steps\n"));
  EXPECT_THAT(Call({"metrics", "--plot", "j1"}).out, StartsWith("loss over steps\n"));
  const NepactlCall two = Call({"metrics", "j1", "--plot=loss,top1"});
  EXPECT_THAT(two.out, HasSubstr("loss over steps\n"));
  EXPECT_THAT(two.out, HasSubstr("top1 in % over steps\n"));
  EXPECT_THAT(Call({"metrics", "a", "b", "--plot"}).out, HasSubstr("a j1 a   b j2 b"));
  EXPECT_EQ(Call({"metrics", "a", "b"}).code, 2);
  EXPECT_EQ(Call({"metrics", "j1", "--since", "30m"}).out,
            "STEP     loss    top1\n  20  -0.2000  20.0 %\n");
  EXPECT_EQ(Call({"metrics", "j1", "--since", "1970-01-01T00:20:00Z", "-o", "json"}).json().size(),
            1u);
  EXPECT_EQ(Call({"metrics", "j1", "--since", "soon"}).code, 2);

  const std::string path = folder_ + "/curves.png";
  EXPECT_THAT(Call({"metrics", "j1", "--png", path}).out, StartsWith("Drawn to " + path + " ("));
  EXPECT_THAT(ReadFile(path), StartsWith("\x89PNG"));
  EXPECT_EQ(Call({"metrics", "j1", "--png", path, "-o", "json"}).json()["file"], path);
  EXPECT_EQ(Call({"metrics", "j1", "--png", folder_ + "/no/such/folder.png"}).code, 2);
}

TEST_F(CliRequestsTest, VerifyNamesEachFaultAndEndsWithOne) {
  service_.checkpoints.emplace_back().set_id("c1");
  EXPECT_EQ(Call({"checkpoints", "verify", "c1"}).code, 0);
  service_.faults = {"model.safetensors: its SHA-256 is another"};
  const NepactlCall call = Call({"checkpoints", "verify", "c1"});
  EXPECT_EQ(call.code, 1);
  EXPECT_EQ(call.out, "c1: model.safetensors: its SHA-256 is another\n");
}

class CliExportTest : public CliRequestsTest {
 protected:
  void SetUp() override {
    CliRequestsTest::SetUp();
    service_.files = {{"config.json", "{}"},
                      {"model.safetensors", "raw weights"},
                      {"model_ema.safetensors", "averaged weights"},
                      {"optimizer.safetensors", "moments"},
                      {"trainer_state.json", "{\"step\": 3}"}};
    manifest::Manifest manifest;
    for (const auto& [name, text] : service_.files) {
      manifest.files[name] = {static_cast<int64_t>(text.size()), io::Sha256Hex(text)};
    }
    service_.files["manifest.json"] = manifest::Encode(manifest);
    v1::Checkpoint& checkpoint = service_.checkpoints.emplace_back();
    checkpoint.set_id("c1");
    checkpoint.set_job("j1");
    checkpoint.set_path("/seen/only/by/the/coordinator");
    target_ = folder_ + "/models/a";
  }
  // The same checkpoint, on storage that this machine sees.
  void MakeVisible() {
    std::filesystem::create_directories(folder_ + "/checkpoint");
    for (const auto& [name, text] : service_.files) WriteFile("checkpoint/" + name, text);
    service_.checkpoints[0].set_path(folder_ + "/checkpoint");
    service_.files.clear();
  }
  std::vector<std::string> Exported() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/models")) {
      names.push_back(entry.path().filename());
      if (!entry.is_directory()) continue;
      for (const auto& file : std::filesystem::directory_iterator(entry)) {
        names.push_back(file.path().filename());
      }
    }
    return names;
  }
  std::string target_;
};

TEST_F(CliExportTest, WhatTheCoordinatorStreamsBecomesAModelFolder) {
  const NepactlCall call = Call({"checkpoints", "export", "c1", target_, "-o", "json"});
  ASSERT_EQ(call.code, 0) << call.err;
  EXPECT_THAT(Exported(), UnorderedElementsAre("a", "config.json", "model.safetensors",
                                               "model_ema.safetensors"));
  EXPECT_EQ(ReadFile(target_ + "/model.safetensors"), "raw weights");
  EXPECT_EQ(ReadFile(target_ + "/model_ema.safetensors"), "averaged weights");
  EXPECT_EQ(call.json()["folder"], target_);
  EXPECT_THAT(call.json()["files"], SizeIs(3));
}

TEST_F(CliExportTest, AVisibleCheckpointIsCopied) {
  MakeVisible();
  std::filesystem::create_directories(target_);  // an empty folder is no hindrance
  const NepactlCall call = Call({"checkpoints", "export", "c1", target_});
  ASSERT_EQ(call.code, 0) << call.err;
  EXPECT_THAT(Exported(), UnorderedElementsAre("a", "config.json", "model.safetensors",
                                               "model_ema.safetensors"));
  EXPECT_EQ(ReadFile(target_ + "/model.safetensors"), "raw weights");
}

TEST_F(CliExportTest, EmaSwapsTheTwoWeightFiles) {
  ASSERT_EQ(Call({"checkpoints", "export", "c1", target_, "--ema"}).code, 0);
  EXPECT_EQ(ReadFile(target_ + "/model.safetensors"), "averaged weights");
  EXPECT_EQ(ReadFile(target_ + "/model_ema.safetensors"), "raw weights");
}

TEST_F(CliExportTest, WithoutEmaWeightsThereIsNothingToSwap) {
  MakeVisible();
  std::filesystem::remove(folder_ + "/checkpoint/model_ema.safetensors");
  manifest::Manifest manifest;
  manifest.files["config.json"] = {2, io::Sha256Hex("{}")};
  WriteFile("checkpoint/manifest.json", manifest::Encode(manifest));
  const NepactlCall call = Call({"checkpoints", "export", "c1", target_, "--ema"});
  EXPECT_EQ(call.code, 4);
  EXPECT_THAT(Exported(), IsEmpty());
}

TEST_F(CliExportTest, AChangedFileIsNotExportedAndNothingIsLeftBehind) {
  service_.files["model.safetensors"] = "Raw weights";
  const NepactlCall call = Call({"checkpoints", "export", "c1", target_});
  EXPECT_EQ(call.code, 1);
  EXPECT_THAT(call.err, HasSubstr("model.safetensors has changed"));
  EXPECT_THAT(Exported(), IsEmpty());
}

TEST_F(CliExportTest, AFolderThatCannotBeMadeIsWrongUsageWhateverTheSystemSays) {
  for (const std::string& folder :
       {std::string(), std::string(300, 'x'), folder_ + "/checkpoint/config.json/inner"}) {
    MakeVisible();
    const NepactlCall call = Call({"checkpoints", "export", "c1", folder});
    EXPECT_EQ(call.code, 2) << call.err;
    EXPECT_THAT(call.err, HasSubstr("name ")) << call.err;
  }
}

TEST_F(CliExportTest, AFolderThatIsNotEmptyIsLeftAlone) {
  std::filesystem::create_directories(target_);
  WriteFile("models/a/mine.txt", "mine");
  EXPECT_EQ(Call({"checkpoints", "export", "c1", target_}).code, 2);
  EXPECT_THAT(Exported(), UnorderedElementsAre("a", "mine.txt"));
}

TEST_F(CliRequestsTest, TheVersionIsKnownWithoutACoordinator) {
  EXPECT_EQ(Call({"version", "-o", "json"}).json()["coordinator"], "9.9.9");
  const NepactlCall alone =
      CallNepactl({"version", "-o", "json", "--coordinator", "127.0.0.1:1", "--timeout", "100ms"});
  EXPECT_EQ(alone.code, 0);
  EXPECT_TRUE(alone.json()["coordinator"].is_null());
}

TEST_F(CliRequestsTest, WithoutACoordinatorTheMessageSaysWhatToDo) {
  const NepactlCall call =
      CallNepactl({"list", "--coordinator", "127.0.0.1:1", "--timeout", "0.1"});
  EXPECT_EQ(call.code, 3);
  EXPECT_THAT(
      call.err,
      HasSubstr("coordinator not reachable at 127.0.0.1:1: nobody listens there; start one with "
                "nepa-coordinator"));
  EXPECT_THAT(call.err, HasSubstr("nepactl run FILE"));
}

TEST_F(CliRequestsTest, WrongUsageIsRefusedWithExitCodeTwo) {
  EXPECT_EQ(CallNepactl({}).code, 2);
  EXPECT_EQ(CallNepactl({"describe"}).code, 2);
  EXPECT_EQ(CallNepactl({"list", "--limit", "-1"}).code, 2);
  EXPECT_EQ(CallNepactl({"list", "--nonsense"}).code, 2);
  const NepactlCall json = CallNepactl({"list", "surplus", "-o", "json"});
  EXPECT_EQ(json.code, 2);
  EXPECT_EQ(nlohmann::json::parse(json.err)["error"]["code"], "INVALID_ARGUMENT");
}

}  // namespace
}  // namespace nepa::testing
