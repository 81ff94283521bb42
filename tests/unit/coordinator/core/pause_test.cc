#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using frames::ExitKind;
using nepa::testing::CoreCluster;
using state::Phase;
using ::testing::HasSubstr;

TEST(Pause, OfAWaitingJobTakesItOutOfTheQueue) {
  CoreCluster cluster;
  const std::string id = cluster.Submit("pre");
  EXPECT_TRUE(cluster.Pause(id).status.ok());
  EXPECT_EQ(cluster.job(id).phase, Phase::kPaused);
  cluster.AddWorker("a", 1);
  EXPECT_EQ(cluster.job(id).phase, Phase::kPaused);
}

TEST(Pause, OfARunningJobWaitsForItsCheckpoint) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  const std::string id = cluster.Submit("pre");
  EXPECT_TRUE(cluster.Tell(worker, {cluster.Started(id)}).ok());
  EXPECT_TRUE(cluster.Pause(id).status.ok());
  EXPECT_EQ(cluster.OrdersOf(worker).gangs.at(0).desired, exchange::Desired::kStopWithCheckpoint);
  EXPECT_EQ(cluster.job(id).phase, Phase::kRunning);
  EXPECT_TRUE(
      cluster.Tell(worker, {cluster.Wrote(id, 40), cluster.Exited(id, ExitKind::kStopped)}).ok());
  EXPECT_EQ(cluster.job(id).phase, Phase::kPaused);
  EXPECT_EQ(cluster.job(id).reason, "paused at step 40, checkpoint c1");
  EXPECT_EQ(cluster.job(id).restarts, 0);
}

TEST(Pause, WhileStartingStopsTheGang) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  const std::string id = cluster.Submit("pre");
  ASSERT_EQ(cluster.job(id).phase, Phase::kStarting);
  EXPECT_TRUE(cluster.Pause(id).status.ok());
  EXPECT_TRUE(cluster.Tell(worker, {cluster.Exited(id, ExitKind::kStopped)}).ok());
  EXPECT_EQ(cluster.job(id).phase, Phase::kPaused);
}

TEST(Pause, SurvivesAFaultOfTheMachineOnTheWay) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  const std::string id = cluster.Submit("pre");
  cluster.Pause(id);
  EXPECT_TRUE(cluster.Tell(worker, {cluster.Exited(id, ExitKind::kKilled)}).ok());
  EXPECT_EQ(cluster.job(id).phase, Phase::kPaused);
  EXPECT_EQ(cluster.job(id).restarts, 0);
}

TEST(Pause, DoesNotHideAFaultOfTheJob) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  const std::string id = cluster.Submit("pre");
  cluster.Pause(id);
  EXPECT_TRUE(cluster.Tell(worker, {cluster.Exited(id, ExitKind::kNotFinite)}).ok());
  EXPECT_EQ(cluster.job(id).phase, Phase::kFailed);
}

TEST(Pause, OfAPausedOrEndedJobIsRefused) {
  CoreCluster cluster;
  const std::string id = cluster.Submit("pre");
  cluster.Pause(id);
  EXPECT_THAT(std::string(cluster.Pause(id).status.message()), HasSubstr("is paused already"));
  cluster.Cancel(id);
  EXPECT_TRUE(absl::IsFailedPrecondition(cluster.Pause(id).status));
}

TEST(Resume, GoesOnFromTheLastCheckpoint) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  const std::string id = cluster.Submit("pre");
  cluster.Pause(id);
  EXPECT_TRUE(
      cluster.Tell(worker, {cluster.Wrote(id, 40), cluster.Exited(id, ExitKind::kStopped)}).ok());
  EXPECT_TRUE(cluster.Resume(id).status.ok());
  EXPECT_EQ(cluster.job(id).phase, Phase::kStarting);
  const exchange::GangOrder order = cluster.OrdersOf(worker).gangs.at(0);
  EXPECT_EQ(order.attempt.attempt, 2);
  EXPECT_EQ(order.resume_from, "jobs/j1/checkpoints/step-40-attempt-1");
}

TEST(Resume, IsRefusedUnlessPaused) {
  CoreCluster cluster;
  const std::string id = cluster.Submit("pre");
  EXPECT_THAT(std::string(cluster.Resume(id).status.message()), HasSubstr("it is QUEUED"));
  cluster.AddWorker("a", 1);
  cluster.Pause(id);
  EXPECT_THAT(std::string(cluster.Resume(id).status.message()), HasSubstr("still being paused"));
  cluster.Cancel(id);
  EXPECT_TRUE(absl::IsFailedPrecondition(cluster.Resume(id).status));
}

}  // namespace
}  // namespace nepa::core
