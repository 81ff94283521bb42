#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using frames::ExitKind;
using nepa::testing::CoreCluster;
using state::Phase;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ReportTest : public ::testing::Test {
 protected:
  CoreCluster cluster_;
  std::string worker_ = cluster_.AddWorker("a", 1);
};

TEST_F(ReportTest, AnUnknownWorkerIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(cluster_.TellAll({"w9", 1, {}, {}})));
}

TEST_F(ReportTest, AnOldIncarnationIsFencedAndChangesNothing) {
  const std::string id = cluster_.Submit("pre");
  exchange::Report old = cluster_.ReportOf(worker_);
  cluster_.AddWorker("a", 1);
  old.outbox.push_back({1, cluster_.Exited(id, ExitKind::kSucceeded)});
  EXPECT_TRUE(absl::IsAborted(cluster_.TellAll(old)));
  EXPECT_THAT(cluster_.changes(), IsEmpty());
}

TEST_F(ReportTest, AStartedGangRuns) {
  const std::string id = cluster_.Submit("pre");
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Started(id)}).ok());
  EXPECT_EQ(cluster_.job(id).phase, Phase::kRunning);
  EXPECT_EQ(cluster_.job(id).total_steps, 1000);
  EXPECT_EQ(cluster_.job(id).started_at, cluster_.now);
  EXPECT_EQ(cluster_.attempt(id).gang.at(0).pid, 100);
}

TEST_F(ReportTest, SpansOfRanksAndOfTheirWorkerGoIntoTheTrace) {
  const std::string id = cluster_.Submit("pre");
  const auto span = [&](const char* name) {
    return frames::Span{"train", name, cluster_.now, absl::Milliseconds(1)};
  };
  auto started = std::get<exchange::RankStarted>(cluster_.Started(id));
  started.started.spans = {span("load model"), span("join")};
  started.spans = {span("spawn rank 0")};
  auto measured = std::get<exchange::RankMetrics>(cluster_.Measured(id, 1, {}));
  measured.metrics.spans = {span("step 1")};
  auto wrote = std::get<exchange::RankCheckpoint>(cluster_.Wrote(id, 10));
  wrote.checkpoint.spans = {span("write")};
  EXPECT_TRUE(cluster_.Tell(worker_, {started, measured, wrote}).ok());
  EXPECT_THAT(cluster_.story(), Contains("+ spans j1: rank 0 load model, rank 0 join"));
  EXPECT_THAT(cluster_.story(), Contains("+ spans j1: worker a spawn rank 0"));
  EXPECT_THAT(cluster_.story(), Contains("+ spans j1: rank 0 step 1"));
  EXPECT_THAT(cluster_.story(), Contains("+ spans j1: rank 0 write"));
}

TEST_F(ReportTest, ARepeatedItemIsTakenOnce) {
  const std::string id = cluster_.Submit("pre");
  exchange::Report report = cluster_.ReportOf(worker_);
  report.outbox = {{1, cluster_.Started(id)}, {2, cluster_.Wrote(id, 10)}};
  EXPECT_TRUE(cluster_.TellAll(report).ok());
  EXPECT_EQ(cluster_.OrdersOf(worker_).acknowledged, 2);
  EXPECT_TRUE(cluster_.TellAll(report).ok());
  EXPECT_THAT(cluster_.changes(), IsEmpty());
  EXPECT_EQ(cluster_.state.checkpoints.size(), 1u);
}

TEST_F(ReportTest, WhatComesAfterALostReportWaitsUntilThatIsRepeated) {
  const std::string id = cluster_.Submit("pre");
  exchange::Report first = cluster_.ReportOf(worker_);
  first.outbox = {{1, cluster_.Started(id)}};
  exchange::Report second = cluster_.ReportOf(worker_);
  second.outbox = {{2, cluster_.Wrote(id, 10)}};
  EXPECT_TRUE(cluster_.TellAll(second).ok());
  EXPECT_EQ(cluster_.OrdersOf(worker_).acknowledged, 0);
  EXPECT_THAT(cluster_.state.checkpoints, IsEmpty());
  EXPECT_TRUE(cluster_.TellAll(first).ok());
  EXPECT_TRUE(cluster_.TellAll(second).ok());
  EXPECT_EQ(cluster_.OrdersOf(worker_).acknowledged, 2);
  EXPECT_EQ(cluster_.job(id).phase, Phase::kRunning);
}

TEST_F(ReportTest, ItemsOfAPastAttemptAreAcknowledgedAndChangeNothingElse) {
  const std::string id = cluster_.Submit("pre");
  const CoreCluster::Item late_checkpoint = cluster_.Wrote(id, 50);
  const CoreCluster::Item late_exit = cluster_.Exited(id, ExitKind::kSucceeded);
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Exited(id, ExitKind::kKilled)}).ok());
  ASSERT_EQ(cluster_.job(id).attempt, 2);
  EXPECT_TRUE(cluster_.Tell(worker_, {late_checkpoint, late_exit}).ok());
  EXPECT_THAT(cluster_.story(), ElementsAre("~ worker w1: acknowledged 1 -> 3"));
  EXPECT_EQ(cluster_.job(id).phase, Phase::kStarting);
}

TEST_F(ReportTest, ACheckpointOutsideTheJobsFolderIsNotRegistered) {
  const std::string id = cluster_.Submit("pre");
  for (const char* path : {"/etc", "../j2/checkpoints/x", "checkpoints/../..", ""}) {
    CoreCluster::Item item = cluster_.Wrote(id, 10);
    std::get<exchange::RankCheckpoint>(item).checkpoint.path = path;
    EXPECT_TRUE(cluster_.Tell(worker_, {item}).ok());
  }
  EXPECT_THAT(cluster_.state.checkpoints, IsEmpty());
}

TEST_F(ReportTest, MetricsAreKeptAndTheLatestShown) {
  const std::string id = cluster_.Submit("pre");
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Measured(id, 5, {{"loss", -0.5}})}).ok());
  EXPECT_THAT(cluster_.story(), Contains("+ metrics j1 step 5: loss=-0.5"));
  EXPECT_EQ(cluster_.job(id).metrics.at("loss"), -0.5);
}

TEST_F(ReportTest, ProgressIsSeenWithoutBeingStored) {
  const std::string id = cluster_.Submit("pre");
  exchange::Report report = cluster_.ReportOf(worker_);
  report.ranks.push_back({{id, 1}, 0, exchange::RankState::kRunning, 7, 900, {42, 0.5, 0, {}}});
  EXPECT_TRUE(cluster_.TellAll(report).ok());
  EXPECT_THAT(cluster_.changes(), IsEmpty());
  EXPECT_EQ(cluster_.live.ranks.at({id, 1}).at(0).progress.step, 42);
}

TEST_F(ReportTest, ALeavingWorkerHandsItsJobsOnWithoutSpendingARestart) {
  const std::string id = cluster_.Submit("pre");
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Started(id)}).ok());
  EXPECT_TRUE(cluster_.Tell(worker_, {}, /*leaving=*/true).ok());
  EXPECT_EQ(cluster_.OrdersOf(worker_).gangs.at(0).desired, exchange::Desired::kStopWithCheckpoint);
  EXPECT_TRUE(cluster_
                  .Tell(worker_, {cluster_.Wrote(id, 10), cluster_.Exited(id, ExitKind::kStopped)},
                        /*leaving=*/true)
                  .ok());
  EXPECT_EQ(cluster_.job(id).phase, Phase::kRestarting);
  EXPECT_EQ(cluster_.job(id).restarts, 0);
  cluster_.AddWorker("b", 1);
  cluster_.Advance(cluster_.settings.drain_pause);
  cluster_.Tick();
  EXPECT_EQ(cluster_.job(id).phase, Phase::kStarting);
  EXPECT_EQ(cluster_.attempt(id).gang.at(0).worker, "w2");
}

TEST_F(ReportTest, AWorkerThatLeftIsNotWaitedFor) {
  EXPECT_TRUE(cluster_.Tell(worker_, {}, /*leaving=*/true).ok());
  cluster_.Do([&](Draft& draft) { Disconnect(draft, worker_, 1); });
  EXPECT_EQ(cluster_.state.workers.at(worker_).state, state::WorkerState::kLost);
}

TEST_F(ReportTest, ADisconnectedWorkerGetsNoNewRanksAndKeepsItsOwn) {
  const std::string first = cluster_.Submit("pre");
  cluster_.Do([&](Draft& draft) { Disconnect(draft, worker_, 1); });
  EXPECT_EQ(cluster_.job(first).phase, Phase::kStarting);
  EXPECT_EQ(cluster_.state.workers.at(worker_).state, state::WorkerState::kReady);
  const std::string second = cluster_.Submit("pre");
  EXPECT_EQ(cluster_.live.waits.at(second),
            "needs 1 cpu or cuda slot, which worker a has, but it is not connected");
}

}  // namespace
}  // namespace nepa::core
