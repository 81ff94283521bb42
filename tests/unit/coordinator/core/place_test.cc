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
using ::testing::HasSubstr;
using ::testing::IsEmpty;

auto Ranks(int64_t ranks) {
  return [ranks](config::JobSpec& spec) {
    spec.resources.min_ranks = spec.resources.max_ranks = ranks;
  };
}

TEST(Place, TellsTheWorkerEverythingItNeeds) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 2);
  const std::string id = cluster.Submit("pre", Ranks(2));
  EXPECT_THAT(cluster.story(), Contains("=> orders w1"));
  EXPECT_THAT(cluster.story(), Contains("=> placed j1 after 0"));
  const exchange::GangOrder order = cluster.OrdersOf(worker).gangs.at(0);
  EXPECT_EQ(order.attempt, (exchange::AttemptId{id, 1}));
  EXPECT_THAT(order.ranks, ElementsAre(0, 1));
  EXPECT_EQ(order.world_size, 2);
  EXPECT_EQ(order.folder, "jobs/j1");
  EXPECT_EQ(order.resume_from, "");
}

TEST(Place, NoSlotIsGivenTwice) {
  CoreCluster cluster;
  cluster.AddWorker("a", 2);
  const std::string first = cluster.Submit("one", Ranks(2));
  const std::string second = cluster.Submit("two", Ranks(1));
  EXPECT_EQ(cluster.job(first).phase, Phase::kStarting);
  EXPECT_EQ(cluster.job(second).phase, Phase::kQueued);
  EXPECT_THAT(cluster.live.waits.at(second), HasSubstr("0 of 2 cpu slots are free"));
}

TEST(Place, AFreedSlotGoesToTheNextJobInTheSameBreath) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  const std::string first = cluster.Submit("one");
  const std::string second = cluster.Submit("two");
  cluster.Advance(absl::Seconds(3));
  EXPECT_TRUE(cluster.Tell(worker, {cluster.Exited(first, ExitKind::kSucceeded)}).ok());
  EXPECT_EQ(cluster.job(second).phase, Phase::kStarting);
  EXPECT_THAT(cluster.story(), Contains("=> placed j2 after 3s"));
}

TEST(Place, AJobForAGpuWaitsForOne) {
  CoreCluster cluster;
  cluster.AddWorker("a", 1, "cpu");
  const std::string id = cluster.Submit(
      "pre", [](config::JobSpec& spec) { spec.resources.device = config::Device::kCuda; });
  EXPECT_EQ(cluster.job(id).phase, Phase::kQueued);
  cluster.AddWorker("b", 1, "cuda");
  EXPECT_EQ(cluster.attempt(id).gang.at(0).worker, "w2");
}

TEST(Place, AGangIsPlacedOnlyWhereOneWorkerRunsAllOfIt) {
  CoreCluster cluster;
  const std::string a = cluster.AddWorker("a", 1);
  cluster.AddWorker("b", 1);
  const std::string id = cluster.Submit("pre", Ranks(2));
  EXPECT_EQ(cluster.job(id).phase, Phase::kQueued);
  EXPECT_THAT(cluster.live.waits.at(id), HasSubstr("2 cpu or cuda slots on one worker"));
  const std::string c = cluster.AddWorker("c", 2);
  EXPECT_THAT(cluster.OrdersOf(a).gangs, IsEmpty());
  EXPECT_THAT(cluster.OrdersOf(c).gangs.at(0).ranks, ElementsAre(0, 1));
}

}  // namespace
}  // namespace nepa::core
