#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using nepa::testing::CoreCluster;
using ::testing::IsEmpty;

TEST(Draft, RollBackLeavesTheStateAsItWas) {
  CoreCluster cluster;
  cluster.Submit("first");
  const state::ClusterState before = cluster.state;
  Draft draft(cluster.state, cluster.live, cluster.settings, cluster.now);
  SubmitCommand command;
  command.request_id = "r";
  EXPECT_TRUE(Submit(draft, command).status.ok());
  // The same rows again and again: only the oldest of their values must come back.
  EXPECT_TRUE(Pause(draft, {"r2", "j1"}).status.ok());
  EXPECT_TRUE(Cancel(draft, {"r4", "j1"}).status.ok());
  EXPECT_NE(cluster.state, before);
  draft.RollBack();
  EXPECT_EQ(cluster.state, before);
  EXPECT_THAT(draft.changes(), IsEmpty());
  EXPECT_THAT(draft.effects(), IsEmpty());
}

TEST(Draft, IdsAreNeverGivenTwiceEvenAfterDeletion) {
  CoreCluster cluster;
  const std::string first = cluster.Submit("a");
  EXPECT_EQ(first, "j1");
  EXPECT_TRUE(cluster.Cancel(first).status.ok());
  EXPECT_TRUE(cluster.Delete(first).status.ok());
  EXPECT_EQ(cluster.Submit("a"), "j2");
}

}  // namespace
}  // namespace nepa::core
