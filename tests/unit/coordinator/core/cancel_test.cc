#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using frames::ExitKind;
using nepa::testing::CoreCluster;
using state::Phase;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Cancel, EndsAWaitingJobAtOnce) {
  CoreCluster cluster;
  const std::string id = cluster.Submit("pre");
  EXPECT_TRUE(cluster.Cancel(id).status.ok());
  EXPECT_EQ(cluster.job(id).phase, Phase::kCancelled);
  EXPECT_TRUE(cluster.job(id).ended_at.has_value());
  EXPECT_THAT(cluster.live.waits, IsEmpty());
}

TEST(Cancel, KillsARunningJobAndIsDoneWhenItsRanksAreGone) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  const std::string id = cluster.Submit("pre");
  EXPECT_TRUE(cluster.Tell(worker, {cluster.Started(id)}).ok());
  EXPECT_TRUE(cluster.Cancel(id).status.ok());
  EXPECT_THAT(cluster.story(), Contains("=> orders w1"));
  EXPECT_EQ(cluster.OrdersOf(worker).gangs.at(0).desired, exchange::Desired::kKill);
  EXPECT_EQ(cluster.job(id).phase, Phase::kRunning);
  EXPECT_TRUE(cluster.Tell(worker, {cluster.Exited(id, ExitKind::kKilled)}).ok());
  EXPECT_EQ(cluster.job(id).phase, Phase::kCancelled);
  EXPECT_EQ(cluster.job(id).exit->rank, -1);
  EXPECT_THAT(cluster.OrdersOf(worker).gangs, IsEmpty());
}

TEST(Cancel, HoldsEvenIfTheJobFinishesFirst) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  const std::string id = cluster.Submit("pre");
  EXPECT_TRUE(cluster.Cancel(id).status.ok());
  EXPECT_TRUE(cluster.Tell(worker, {cluster.Exited(id, ExitKind::kSucceeded)}).ok());
  EXPECT_EQ(cluster.job(id).phase, Phase::kCancelled);
}

TEST(Cancel, IsDoneAtTheLatestWhenTheWorkerIsGivenUp) {
  CoreCluster cluster;
  cluster.AddWorker("a", 1);
  const std::string id = cluster.Submit("pre");
  EXPECT_TRUE(cluster.Cancel(id).status.ok());
  cluster.Advance(cluster.settings.lease);
  cluster.Tick();
  EXPECT_EQ(cluster.job(id).phase, Phase::kCancelled);
}

TEST(Cancel, OfAnEndedJobIsRefused) {
  CoreCluster cluster;
  const std::string id = cluster.Submit("pre");
  cluster.Cancel(id);
  const Reply again = cluster.Cancel(id);
  EXPECT_TRUE(absl::IsFailedPrecondition(again.status));
  EXPECT_THAT(std::string(again.status.message()), HasSubstr("it is CANCELLED"));
  EXPECT_THAT(cluster.changes(), IsEmpty());
}

TEST(Cancel, OfAnUnknownJobIsNotFound) {
  CoreCluster cluster;
  EXPECT_TRUE(absl::IsNotFound(cluster.Cancel("nobody").status));
}

TEST(Cancel, OvertakesAPause) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  const std::string id = cluster.Submit("pre");
  cluster.Pause(id);
  EXPECT_TRUE(cluster.Cancel(id).status.ok());
  EXPECT_EQ(cluster.OrdersOf(worker).gangs.at(0).desired, exchange::Desired::kKill);
  EXPECT_TRUE(absl::IsFailedPrecondition(cluster.Pause(id).status));
}

}  // namespace
}  // namespace nepa::core
