#include "coordinator/core/checkpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using nepa::testing::CoreCluster;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CheckpointsTest : public ::testing::Test {
 protected:
  void Keep(int64_t last, int64_t best, int64_t every_epochs = 0) {
    job_ = cluster_.Submit("pre", [&](config::JobSpec& spec) {
      spec.checkpoint.keep = {last, best, every_epochs};
    });
  }
  void Write(int64_t step, const std::map<std::string, double>& metrics = {}) {
    EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Wrote(job_, step, metrics)}).ok());
  }
  std::vector<int64_t> Steps() {
    std::vector<int64_t> steps;
    for (const state::Checkpoint* each : AvailableCheckpoints(cluster_.state, job_)) {
      steps.push_back(each->step);
    }
    return steps;
  }
  CoreCluster cluster_;
  std::string worker_ = cluster_.AddWorker("a", 1);
  std::string job_;
};

TEST_F(CheckpointsTest, TheLastOnesAreKept) {
  Keep(2, 0);
  for (int64_t step : {10, 20, 30}) Write(step);
  EXPECT_THAT(Steps(), ElementsAre(20, 30));
  EXPECT_THAT(cluster_.story(), Contains("=> remove jobs/j1/checkpoints/step-10-attempt-1"));
  EXPECT_EQ(cluster_.state.checkpoints.at("c1").state, state::CheckpointState::kDeleting);
}

TEST_F(CheckpointsTest, AnOrderTellsWhichFoldersAreKnownEvenThoseThatAreBeingDeleted) {
  Keep(1, 0);
  EXPECT_THAT(*cluster_.OrdersOf(worker_).gangs.at(0).registered_checkpoints, IsEmpty());
  for (int64_t step : {10, 20}) Write(step);
  EXPECT_THAT(*cluster_.OrdersOf(worker_).gangs.at(0).registered_checkpoints,
              ElementsAre("step-10-attempt-1", "step-20-attempt-1"));
}

TEST_F(CheckpointsTest, TheRowGoesWhenTheFolderIsGone) {
  Keep(1, 0);
  Write(10);
  Write(20);
  cluster_.Do([](Draft& draft) { FolderRemoved(draft, "jobs/j1/checkpoints/step-10-attempt-1"); });
  EXPECT_FALSE(cluster_.state.checkpoints.contains("c1"));
  EXPECT_THAT(cluster_.state.removals, IsEmpty());
}

TEST_F(CheckpointsTest, TheNewestIsKeptWhateverTheFileSays) {
  Keep(0, 0);
  for (int64_t step : {10, 20}) Write(step);
  EXPECT_THAT(Steps(), ElementsAre(20));
}

TEST_F(CheckpointsTest, TheBestIsKept) {
  Keep(1, 1);
  Write(10, {{"knn_top1", 0.8}});
  Write(20, {{"knn_top1", 0.7}});
  Write(30);
  EXPECT_THAT(Steps(), ElementsAre(10, 30));
}

TEST_F(CheckpointsTest, OneOfEachPeriodIsKept) {
  Keep(1, 0, /*every_epochs=*/2);  // a step is a tenth of an epoch here
  for (int64_t step : {10, 20, 30, 40, 50}) Write(step);
  EXPECT_THAT(Steps(), ElementsAre(20, 40, 50));
}

TEST_F(CheckpointsTest, WhatAnotherJobStartsFromIsKept) {
  Keep(1, 0);
  Write(10);
  cluster_.Submit("fine", [](config::JobSpec& spec) { spec.model.from = "checkpoint/c1"; });
  Write(20);
  EXPECT_THAT(Steps(), ElementsAre(10, 20));
}

TEST_F(CheckpointsTest, APinnedOneIsKept) {
  Keep(1, 0);
  Write(10);
  state::Checkpoint pinned = cluster_.state.checkpoints.at("c1");
  pinned.pinned = true;
  cluster_.Do([&](Draft& draft) { draft.Put(pinned); });
  Write(20);
  EXPECT_THAT(Steps(), ElementsAre(10, 20));
}

TEST_F(CheckpointsTest, BestIsEmaThenKnnThenLoss) {
  std::vector<state::Checkpoint> rows(4);
  rows[0].metrics = {{"loss", -0.9}, {"knn_top1", 0.9}};
  rows[1].metrics = {{"loss", -0.1}, {"ema_top1", 0.5}};
  rows[2].metrics = {{"loss", -0.2}};
  rows[3].metrics = {{"loss", -0.3}};
  for (int i = 0; i < 4; ++i) rows[i].step = i;
  std::vector<int64_t> steps;
  for (const auto* row : BestFirst({&rows[0], &rows[1], &rows[2], &rows[3]})) {
    steps.push_back(row->step);
  }
  EXPECT_THAT(steps, ElementsAre(1, 0, 3, 2));
}

TEST_F(CheckpointsTest, ACorruptOneIsNotGoneOnFrom) {
  Keep(2, 0);
  Write(10);
  Write(20);
  cluster_.Do([](Draft& draft) { MarkCheckpoint(draft, {"r", "c2", /*corrupt=*/true}); });
  EXPECT_EQ(LatestCheckpoint(cluster_.state, job_)->step, 10);
  cluster_.Do([](Draft& draft) { MarkCheckpoint(draft, {"r2", "c2", /*corrupt=*/false}); });
  EXPECT_EQ(LatestCheckpoint(cluster_.state, job_)->step, 20);
}

}  // namespace
}  // namespace nepa::core
