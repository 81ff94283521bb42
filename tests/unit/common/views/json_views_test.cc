#include "common/views/json_views.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace nepa::views {
namespace {

v1::Job RunningJob() {
  v1::Job job;
  job.set_id("j17");
  job.set_name("fashion");
  job.set_kind("pretrain");
  job.set_phase(v1::PHASE_RUNNING);
  job.set_reason("");
  job.set_attempt(2);
  job.set_restarts(1);
  job.set_user("ada");
  job.set_queue("default");
  job.set_priority(500);
  job.set_ranks(2);
  job.add_workers("w-a");
  job.set_step(30);
  job.set_total_steps(100);
  job.set_epoch(1.5);
  (*job.mutable_metrics())["loss"] = -0.5;
  (*job.mutable_metrics())["gradient_norm"] = std::nan("");
  (*job.mutable_metrics())["knn_top1_block_1"] = 0.75;
  job.mutable_submitted_at()->set_seconds(1764022865);
  job.mutable_started_at()->set_seconds(1764022866);
  job.mutable_started_at()->set_nanos(250'000'000);
  job.mutable_exit()->set_kind("killed");
  job.mutable_exit()->set_rank(1);
  job.mutable_exit()->set_message("signal 9");
  job.set_folder("/s/jobs/j17");
  v1::GangMember* member = job.add_gang();
  member->set_rank(0);
  member->set_worker("w-a");
  member->set_pid(4711);
  job.add_gang()->set_rank(1);
  job.mutable_gang(1)->set_worker("w-a");
  job.add_checkpoints("c3");
  return job;
}

constexpr char kRunningJob[] = R"({
  "id": "j17",
  "name": "fashion",
  "kind": "pretrain",
  "phase": "RUNNING",
  "reason": null,
  "attempt": 2,
  "restarts": 1,
  "user": "ada",
  "queue": "default",
  "priority": 500,
  "ranks": 2,
  "workers": [
    "w-a"
  ],
  "step": 30,
  "total_steps": 100,
  "epoch": 1.5,
  "metrics": {
    "loss": -0.5,
    "images_per_second": null,
    "learning_rate": null,
    "gradient_norm": null,
    "embedding_std": null,
    "effective_rank": null,
    "top1": null,
    "top5": null,
    "ema_top1": null,
    "ema_top5": null,
    "knn_top1": null,
    "miou": null,
    "knn_top1_block_1": 0.75
  },
  "submitted_at": "2025-11-24T22:21:05.000Z",
  "started_at": "2025-11-24T22:21:06.250Z",
  "ended_at": null,
  "exit": {
    "kind": "killed",
    "rank": 1,
    "message": "signal 9"
  },
  "folder": "/s/jobs/j17",
  "gang": [
    {
      "rank": 0,
      "worker": "w-a",
      "pid": 4711
    },
    {
      "rank": 1,
      "worker": "w-a",
      "pid": null
    }
  ],
  "checkpoints": [
    "c3"
  ]
}
)";

TEST(JsonViewsTest, AJobIsWrittenInTheDocumentedForm) {
  EXPECT_EQ(DumpJson(JobJson(RunningJob())), kRunningJob);
}

TEST(JsonViewsTest, AnEmptyJobHasEveryFieldAndNullOrEmptyWhereThereIsNothing) {
  v1::Job empty;
  empty.set_phase(v1::PHASE_QUEUED);
  const Json json = JobJson(empty);
  const Json full = JobJson(RunningJob());
  ASSERT_EQ(json.size(), full.size());
  for (const auto& [name, value] : full.items()) EXPECT_TRUE(json.contains(name)) << name;
  for (const char* name : {"id", "reason", "user", "queue", "total_steps", "submitted_at",
                           "started_at", "ended_at", "exit", "folder"}) {
    EXPECT_TRUE(json.at(name).is_null()) << name;
  }
  for (const char* name : {"workers", "gang", "checkpoints"}) {
    EXPECT_EQ(json.at(name), Json::array()) << name;
  }
  EXPECT_EQ(json.at("metrics").size(), 12u);
}

TEST(JsonViewsTest, AnExitOfTheWholeJobHasNoRank) {
  v1::Job job;
  job.mutable_exit()->set_kind("lost_worker");
  job.mutable_exit()->set_rank(-1);
  EXPECT_EQ(JobJson(job).at("exit").dump(), R"({"kind":"lost_worker","rank":null,"message":null})");
}

TEST(JsonViewsTest, ACheckpointIsWrittenInTheDocumentedForm) {
  v1::Checkpoint checkpoint;
  checkpoint.set_id("c3");
  checkpoint.set_job("j17");
  checkpoint.set_attempt(1);
  checkpoint.set_step(20);
  checkpoint.set_epoch(0.5);
  checkpoint.set_path("/s/jobs/j17/checkpoints/step-20");
  checkpoint.set_bytes(4096);
  checkpoint.set_sha256("ab");
  checkpoint.set_state(v1::CHECKPOINT_STATE_AVAILABLE);
  checkpoint.mutable_created_at()->set_seconds(0);
  Json json = CheckpointJson(checkpoint);
  json.erase("metrics");
  EXPECT_EQ(json.dump(),
            R"({"id":"c3","job":"j17","attempt":1,"step":20,"epoch":0.5,)"
            R"("path":"/s/jobs/j17/checkpoints/step-20","bytes":4096,"sha256":"ab",)"
            R"("state":"AVAILABLE","pinned":false,"created_at":"1970-01-01T00:00:00.000Z"})");
}

TEST(JsonViewsTest, AnEventOfAWorkerHasNoJobAndNoAttempt) {
  v1::Event event;
  event.mutable_time()->set_seconds(0);
  event.set_kind("worker_lost");
  event.set_message("w3 is silent");
  EXPECT_EQ(EventJson(event).dump(),
            R"({"time":"1970-01-01T00:00:00.000Z","job":null,"attempt":null,)"
            R"("kind":"worker_lost","message":"w3 is silent"})");
}

TEST(JsonViewsTest, AWorkerIsWrittenInTheDocumentedFormWithItsLabelsByName) {
  v1::Worker worker;
  worker.set_id("w3");
  worker.set_name("gpu-07");
  worker.set_address("10.0.0.7");
  worker.set_state(v1::WORKER_STATE_DRAINING);
  worker.set_reason("asked by ada");
  worker.set_incarnation(4);
  worker.mutable_slots()->set_total(8);
  worker.mutable_slots()->set_free(2);
  worker.mutable_slots()->set_used(6);
  worker.set_device("cuda");
  (*worker.mutable_labels())["rack"] = "12";
  (*worker.mutable_labels())["gpu"] = "h100";
  EXPECT_EQ(WorkerJson(worker).dump(),
            R"({"id":"w3","name":"gpu-07","address":"10.0.0.7","state":"DRAINING",)"
            R"("reason":"asked by ada","incarnation":4,"slots":{"total":8,"free":2,"used":6},)"
            R"("device":"cuda","labels":{"gpu":"h100","rack":"12"}})");
}

TEST(JsonViewsTest, NumbersThatJsonCannotCarryAreNull) {
  v1::MetricPoint point;
  point.set_step(7);
  (*point.mutable_values())["loss"] = std::numeric_limits<double>::infinity();
  const Json json = MetricPointJson(point);
  EXPECT_EQ(json.at("step"), 7);
  EXPECT_TRUE(json.at("time").is_null());
  EXPECT_TRUE(json.at("loss").is_null());
  EXPECT_TRUE(json.at("top1").is_null());
}

TEST(JsonViewsTest, BytesThatAreNoUtf8DoNotBreakTheJson) {
  EXPECT_EQ(DumpJsonLine({{"line", "a\xff"}}), "{\"line\":\"a\xEF\xBF\xBD\"}\n");
}

}  // namespace
}  // namespace nepa::views
