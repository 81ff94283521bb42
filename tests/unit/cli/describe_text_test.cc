#include "cli/describe_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

namespace nepa::cli {
namespace {

using ::testing::HasSubstr;

constexpr absl::Time kNow = absl::FromUnixSeconds(3600);

v1::Job Job() {
  v1::Job job;
  job.set_id("j1");
  job.set_name("fashion");
  job.set_kind("pretrain");
  job.set_phase(v1::PHASE_RUNNING);
  job.set_attempt(2);
  job.set_restarts(1);
  job.set_user("ann");
  job.set_queue("default");
  job.set_priority(500);
  job.set_step(1230);
  job.set_total_steps(2340);
  job.set_epoch(6.3);
  job.set_epochs(12);
  job.set_global_batch(256);
  (*job.mutable_metrics())["loss"] = -0.5;
  (*job.mutable_metrics())["knn_top1"] = 0.7;
  (*job.mutable_metrics())["images_per_second"] = 1420;
  job.mutable_submitted_at()->set_seconds(3000);
  job.mutable_started_at()->set_seconds(3300);
  job.set_folder("/storage/jobs/j1");
  job.add_gang()->set_worker("gpu-07");
  job.mutable_gang(0)->set_pid(42);
  job.add_checkpoints("c1");
  job.add_checkpoints("c2");
  job.mutable_exit()->set_kind("killed");
  job.mutable_exit()->set_rank(0);
  job.mutable_exit()->set_message("signal 9");
  return job;
}

std::vector<v1::MetricPoint> Points() {
  std::vector<v1::MetricPoint> points;
  for (const auto& [step, loss, top1] :
       {std::tuple(10, -0.1, 0.6), std::tuple(20, -0.6, 0.8), std::tuple(30, -0.5, 0.8)}) {
    v1::MetricPoint& point = points.emplace_back();
    point.set_step(step);
    (*point.mutable_values())["loss"] = loss;
    (*point.mutable_values())["knn_top1"] = top1;
    (*point.mutable_values())["learning_rate"] = 1;
  }
  return points;
}

std::vector<v1::Event> Events() {
  std::vector<v1::Event> events(7);
  for (size_t i = 0; i < events.size(); ++i) {
    events[i].mutable_time()->set_seconds(3540 + static_cast<int64_t>(i));
    events[i].set_kind("checkpoint");
    events[i].set_message("number " + std::to_string(i));
  }
  return events;
}

// The tenth question, what exactly was asked for, is answered by the configuration that follows.
TEST(DescribeTextTest, AnswersTheFirstNineQuestions) {
  EXPECT_EQ(DescribeFields(Job(), Points(), Events(), kNow).Render(false),
            "Job          j1 fashion\n"
            "What         pretrain, priority 500, queue default\n"
            "             submitted by ann 1970-01-01T00:50:00.000Z, 10m ago\n"
            "Phase        RUNNING\n"
            "Why          attempt ended: killed (rank 0): signal 9\n"
            "             attempt 2, 1 restart\n"
            "             first step 1970-01-01T00:55:00.000Z, 5m ago\n"
            "Progress     step 1,230 of 2,340 (52.6 %), epoch 6.30 of 12\n"
            "             done in 3m20s, at 1970-01-01 01:03 UTC\n"
            "Speed        1,420 images/s, 0.18 s a step of 256 images\n"
            "Metrics      knn_top1 70.0 %, best 80.0 % at step 20\n"
            "             loss -0.5000, best -0.6000 at step 20\n"
            "Runs on      rank 0 on gpu-07, process 42\n"
            "Files        /storage/jobs/j1\n"
            "             logs: /storage/jobs/j1/logs\n"
            "Checkpoints  c1, c2\n"
            "Events       58s ago checkpoint: number 2\n"
            "             57s ago checkpoint: number 3\n"
            "             56s ago checkpoint: number 4\n"
            "             55s ago checkpoint: number 5\n"
            "             54s ago checkpoint: number 6\n"
            "Next         nepactl watch j1     shows its curves as it trains\n"
            "             nepactl logs j1 -f   shows what its ranks write\n"
            "             nepactl pause j1     stops it at a checkpoint\n");
}

TEST(DescribeTextTest, AnEndedJobIsNotSaidToRunOrToBeDoneSoon) {
  v1::Job job = Job();
  job.set_phase(v1::PHASE_SUCCEEDED);
  const std::string text = DescribeFields(job, {}, {}, kNow).Render(false);
  EXPECT_THAT(text, HasSubstr("rank 0 was on gpu-07\n"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("done in")));
  EXPECT_THAT(text, HasSubstr("nepactl metrics j1 --plot"));
  EXPECT_TRUE(DescribeJson(job, {})["seconds_left"].is_null());
}

TEST(DescribeTextTest, ProgramsGetTheTimeLeftAndTheBestValues) {
  const Json json = DescribeJson(Job(), Points());
  EXPECT_NEAR(json["seconds_left"].get<double>(), 200.1, 0.1);
  EXPECT_EQ(json["best"].dump(),
            R"({"knn_top1":{"value":0.8,"step":20},"loss":{"value":-0.6,"step":20}})");
  EXPECT_TRUE(json.contains("configuration"));
}

TEST(BestValuesTest, WhatIsNoNumberIsNotTheBest) {
  std::vector<v1::MetricPoint> points(1);
  (*points[0].mutable_values())["loss"] = std::nan("");
  EXPECT_TRUE(BestValues(points).empty());
}

}  // namespace
}  // namespace nepa::cli
