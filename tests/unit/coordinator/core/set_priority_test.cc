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

TEST(SetPriority, LetsAWaitingJobGoBeforeOlderOnes) {
  CoreCluster cluster;
  const std::string worker = cluster.AddWorker("a", 1);
  const std::string first = cluster.Submit("first");
  const std::string second = cluster.Submit("second");
  const std::string third = cluster.Submit("third");
  EXPECT_TRUE(cluster.SetPriority("third", 501).status.ok());
  EXPECT_THAT(cluster.story(), Contains("! priority j3: priority 500 became 501"));
  EXPECT_TRUE(cluster.Tell(worker, {cluster.Exited(first, ExitKind::kSucceeded)}).ok());
  EXPECT_EQ(cluster.job(third).phase, Phase::kStarting);
  EXPECT_EQ(cluster.job(second).phase, Phase::kQueued);
}

TEST(SetPriority, TakesNoSlotsFromAJobThatHasThem) {
  CoreCluster cluster;
  cluster.AddWorker("a", 1);
  const std::string first = cluster.Submit("first");
  const std::string second = cluster.Submit("second");
  EXPECT_TRUE(cluster.SetPriority(second, 1000).status.ok());
  EXPECT_EQ(cluster.job(first).phase, Phase::kStarting);
  EXPECT_TRUE(cluster.SetPriority(first, 0).status.ok());
  EXPECT_EQ(cluster.job(first).phase, Phase::kStarting);
  EXPECT_EQ(cluster.job(first).priority, 0);
}

TEST(SetPriority, OfTheSameValueTellsNoStory) {
  CoreCluster cluster;
  const std::string id = cluster.Submit("pre");
  EXPECT_TRUE(cluster.SetPriority(id, 500).status.ok());
  EXPECT_EQ(cluster.changes().size(), 1u) << "the request alone";
}

TEST(SetPriority, OutsideItsRangeOrOfAnEndedOrUnknownJobIsRefused) {
  CoreCluster cluster;
  const std::string id = cluster.Submit("pre");
  for (const int64_t wrong : {-1, 1001}) {
    EXPECT_TRUE(absl::IsInvalidArgument(cluster.SetPriority(id, wrong).status));
  }
  cluster.Cancel(id);
  const Reply ended = cluster.SetPriority(id, 600);
  EXPECT_TRUE(absl::IsFailedPrecondition(ended.status));
  EXPECT_THAT(std::string(ended.status.message()), HasSubstr("CANCELLED"));
  EXPECT_THAT(cluster.changes(), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(cluster.SetPriority("nobody", 600).status));
}

TEST(SetPriority, ARepeatedRequestIsDoneOnce) {
  CoreCluster cluster;
  const std::string id = cluster.Submit("pre");
  cluster.Do([&](Draft& draft) { SetPriority(draft, {"same", id, 700}); });
  EXPECT_TRUE(cluster.SetPriority(id, 100).status.ok());
  Reply again;
  cluster.Do([&](Draft& draft) { again = SetPriority(draft, {"same", id, 700}); });
  EXPECT_TRUE(again.status.ok());
  EXPECT_EQ(again.subject, id);
  EXPECT_EQ(cluster.job(id).priority, 100);
}

}  // namespace
}  // namespace nepa::core
