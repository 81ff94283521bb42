#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using frames::ExitKind;
using nepa::testing::CoreCluster;
using state::Phase;
using ::testing::IsEmpty;

TEST(Tick, AWorkerSilentForALeaseIsGivenUpWithItsRanks) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  const std::string id = cluster.Submit("pre");
  cluster.Advance(cluster.settings.lease - absl::Milliseconds(1));
  cluster.Tick();
  EXPECT_EQ(cluster.state.workers.at(worker).state, state::WorkerState::kReady);
  cluster.Advance(absl::Milliseconds(1));
  cluster.Tick();
  EXPECT_EQ(cluster.state.workers.at(worker).state, state::WorkerState::kLost);
  EXPECT_EQ(cluster.job(id).phase, Phase::kRestarting);
  EXPECT_EQ(cluster.job(id).exit->kind, ExitKind::kLostWorker);
}

TEST(Tick, AReportRenewsTheLease) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  cluster.Advance(cluster.settings.lease / 2);
  EXPECT_TRUE(cluster.Tell(worker).ok());
  EXPECT_EQ(NextDeadline(cluster.state, cluster.live, cluster.settings, cluster.now),
            cluster.now + cluster.settings.lease);
}

TEST(Tick, AWorkerThatWasGivenUpIsFenced) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  cluster.Advance(cluster.settings.lease);
  cluster.Tick();
  EXPECT_TRUE(absl::IsAborted(cluster.Tell(worker)));
}

TEST(Tick, AClockSetBackBeforeARestartMakesNobodyWait) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  const std::string id = cluster.Submit("pre");
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(cluster.Tell(worker, {cluster.Exited(id, ExitKind::kKilled)}).ok());
  }
  ASSERT_GT(cluster.job(id).not_before, cluster.now);
  cluster.Advance(-absl::Hours(1));
  cluster.live = {};
  cluster.live.began = cluster.now;
  cluster.Tick();
  EXPECT_TRUE(cluster.Tell(worker).ok());
  EXPECT_EQ(cluster.job(id).phase, Phase::kStarting);
  cluster.Advance(cluster.settings.lease);
  cluster.Tick();
  EXPECT_EQ(cluster.state.workers.at(worker).state, state::WorkerState::kLost);
}

TEST(Tick, ARestartedCoordinatorGrantsALeaseBeforeGivingUp) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  const std::string id = cluster.Submit("pre");
  cluster.Advance(absl::Hours(1));  // the coordinator was away, and comes back
  cluster.live = {};
  cluster.live.began = cluster.now;
  cluster.Tick();
  EXPECT_EQ(cluster.state.workers.at(worker).state, state::WorkerState::kReady);
  EXPECT_TRUE(cluster.Tell(worker, {cluster.Started(id)}).ok());
  EXPECT_EQ(cluster.job(id).phase, Phase::kRunning);
  EXPECT_EQ(cluster.job(id).attempt, 1);
}

TEST(Tick, OldRequestsAndLongLostWorkersAreForgotten) {
  CoreCluster cluster;
  cluster.AddWorker("a", 1);
  cluster.Submit("pre");
  cluster.Advance(cluster.settings.lease);
  cluster.Tick();
  EXPECT_EQ(cluster.state.requests.size(), 1u);
  cluster.Advance(cluster.settings.forget_workers + absl::Seconds(1));
  cluster.Tick();
  EXPECT_THAT(cluster.state.workers, IsEmpty());
  EXPECT_THAT(cluster.state.requests, IsEmpty());
}

TEST(Tick, TheHistoryOfWorkersIsTrimmedAtTheStartAndAfterEachTenthMore) {
  CoreCluster cluster;
  cluster.settings.keep_worker_events = 20;
  const auto trims = [&cluster] {
    cluster.Tick();
    int64_t count = 0;
    for (const state::Change& change : cluster.changes()) {
      const auto* trim = std::get_if<state::TrimWorkerEvents>(&change);
      if (trim == nullptr) continue;
      EXPECT_EQ(trim->keep, 20);
      ++count;
    }
    return count;
  };
  EXPECT_EQ(trims(), 1) << "the store may hold those of an earlier process";
  EXPECT_EQ(trims(), 0) << "nothing came since";
  for (const char* name : {"a", "b"}) cluster.AddWorker(name, 1);
  EXPECT_EQ(trims(), 0);
  cluster.AddWorker("c", 1);
  EXPECT_EQ(trims(), 1);
}

}  // namespace
}  // namespace nepa::core
