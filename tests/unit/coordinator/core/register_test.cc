#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using frames::ExitKind;
using nepa::testing::CoreCluster;
using state::Phase;
using ::testing::IsEmpty;

TEST(Register, GivesTheSameIdAndALaterIncarnationEachTime) {
  CoreCluster cluster;
  EXPECT_EQ(cluster.AddWorker("a", 1), "w1");
  EXPECT_EQ(cluster.AddWorker("b", 1), "w2");
  EXPECT_EQ(cluster.AddWorker("a", 3), "w1");
  EXPECT_EQ(cluster.state.workers.at("w1").incarnation, 2);
  EXPECT_EQ(cluster.state.workers.at("w1").slots, 3);
}

TEST(Register, OfAWorkerThatWasRunningRanksRestartsTheirJobs) {
  CoreCluster cluster;
  cluster.AddWorker("a", 1);
  const std::string id = cluster.Submit("pre");
  cluster.AddWorker("a", 1);
  EXPECT_EQ(cluster.job(id).attempt, 2);
  EXPECT_EQ(cluster.job(id).exit->kind, ExitKind::kLostWorker);
  EXPECT_EQ(cluster.attempt(id).gang.at(0).incarnation, 2);
}

TEST(Register, TheWorkerTakesNoRankBeforeItsFirstReport) {
  CoreCluster cluster;
  const std::string id = cluster.Submit("pre");
  cluster.Do([](Draft& draft) {
    EXPECT_TRUE(Register(draft, {"a", "a.example", "", 1, "cpu", {}, "1"}).ok());
  });
  EXPECT_EQ(cluster.job(id).phase, Phase::kQueued);
  EXPECT_TRUE(cluster.TellAll({"w1", 1, {}, {}}).ok());
  EXPECT_EQ(cluster.job(id).phase, Phase::kStarting);
}

TEST(Register, RefusesWhatCouldRunNothing) {
  CoreCluster cluster;
  cluster.Do([](Draft& draft) {
    EXPECT_TRUE(absl::IsInvalidArgument(Register(draft, {"", "a", "", 1, "cpu"}).status()));
    EXPECT_TRUE(absl::IsInvalidArgument(Register(draft, {"a", "a", "", 0, "cpu"}).status()));
    EXPECT_TRUE(absl::IsInvalidArgument(Register(draft, {"a", "a", "", 1, "tpu"}).status()));
  });
  EXPECT_THAT(cluster.changes(), IsEmpty());
}

TEST(Register, ABoundOnWorkersDoesNotKeepAKnownOneOut) {
  CoreCluster cluster;
  cluster.settings.max_workers = 1;
  cluster.AddWorker("a", 1);
  cluster.Do([](Draft& draft) {
    EXPECT_TRUE(absl::IsResourceExhausted(Register(draft, {"b", "b", "", 1, "cpu"}).status()));
    EXPECT_TRUE(Register(draft, {"a", "a", "", 1, "cpu"}).ok());
  });
}

}  // namespace
}  // namespace nepa::core
