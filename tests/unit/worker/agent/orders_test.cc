// What the agent does with orders, however they come.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/worker/agent/bench.h"

namespace nepa::agent {
namespace {

using exchange::Desired;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Orders, AnOrderedRankIsStartedOnceHoweverOftenTheOrderComes) {
  Bench bench;
  bench.Connect();
  for (int i = 0; i < 3; ++i) bench.Orders({Order("j1", 1)});
  ASSERT_THAT(bench.spawned, SizeIs(1));
  EXPECT_EQ(bench.spawned[0].id, Id("j1", 1));
  EXPECT_EQ(bench.spawned[0].order.folder, "jobs/j1");
  bench.Run(Id("j1", 1), 4711);
  bench.Orders({Order("j1", 1)});
  EXPECT_THAT(bench.spawned, SizeIs(1));
  ASSERT_THAT(bench.last_report.ranks, SizeIs(1));
  EXPECT_EQ(bench.last_report.ranks[0].state, exchange::RankState::kRunning);
  EXPECT_EQ(bench.last_report.ranks[0].pid, 4711);
}

TEST(Orders, ARankThatEndedIsNotStartedAgainByALateOrder) {
  Bench bench;
  bench.Connect();
  bench.Orders({Order("j1", 1)});
  bench.Run(Id("j1", 1));
  bench.Frame(Id("j1", 1), frames::Exit{frames::ExitKind::kSucceeded, "done"});
  bench.End(Id("j1", 1));
  for (int i = 0; i < 3; ++i) bench.Orders({Order("j1", 1)}, 1);  // the exit not yet acknowledged
  bench.Orders({Order("j1", 1)});  // acknowledged, but the gang is still listed
  EXPECT_THAT(bench.spawned, SizeIs(1));
  ASSERT_THAT(bench.exits(), SizeIs(1));
  EXPECT_EQ(bench.exits()[0].exit.kind, frames::ExitKind::kSucceeded);
}

TEST(Orders, OrdersOfAnotherIncarnationOrWithAnOlderAcknowledgementAreIgnored) {
  Bench bench;
  bench.Connect(7);
  bench.Orders({Order("j1", 1)});
  bench.Run(Id("j1", 1));
  bench.Orders({Order("j1", 1)});
  ASSERT_EQ(bench.arrived.back().number, 1);
  Effects late = bench.agent.OrdersReceived({6, 1, {Order("j9", 1)}}, bench.now);
  EXPECT_THAT(late, IsEmpty());
  late = bench.agent.OrdersReceived({7, 0, {}}, bench.now);
  EXPECT_THAT(late, IsEmpty()) << "an order from before the acknowledgement must not kill";
}

TEST(Orders, WhatIsNoLongerOrderedIsKilledAndItsEndReported) {
  Bench bench;
  bench.Connect();
  bench.Orders({Order("j1", 1)});
  bench.Run(Id("j1", 1));
  bench.Orders({});
  EXPECT_THAT(bench.killed, ElementsAre(Id("j1", 1)));
  bench.Orders({});
  EXPECT_THAT(bench.killed, SizeIs(1)) << "killed once";
  bench.End(Id("j1", 1), {.signal_number = 9});
  ASSERT_THAT(bench.exits(), SizeIs(1));
  EXPECT_EQ(bench.exits()[0].exit.kind, frames::ExitKind::kKilled);
  EXPECT_THAT(bench.exits()[0].exit.message, ::testing::HasSubstr("no longer orders"));
}

TEST(Orders, CancellingKillsAtOnce) {
  Bench bench;
  bench.Connect();
  bench.Orders({Order("j1", 1)});
  bench.Run(Id("j1", 1));
  bench.Orders({Order("j1", 1, Desired::kKill)});
  EXPECT_THAT(bench.killed, ElementsAre(Id("j1", 1)));
  EXPECT_THAT(bench.stopped, IsEmpty());
}

TEST(Orders, PausingAsksOnceForACheckpointAndKillsOnlyAfterTheLimit) {
  Bench bench({.slots = 1, .stop_limit = absl::Minutes(10)});
  bench.Connect();
  bench.Orders({Order("j1", 1)});
  bench.Run(Id("j1", 1));
  for (int i = 0; i < 3; ++i) bench.Orders({Order("j1", 1, Desired::kStopWithCheckpoint)});
  ASSERT_THAT(bench.stopped, SizeIs(1));
  EXPECT_TRUE(bench.stopped[0].stop.checkpoint);
  EXPECT_EQ(bench.last_report.ranks[0].state, exchange::RankState::kStopping);
  for (int i = 0; i < 119; ++i) {
    bench.Wait(absl::Seconds(5));
    bench.Orders({Order("j1", 1, Desired::kStopWithCheckpoint)});
  }
  EXPECT_THAT(bench.killed, IsEmpty());
  bench.Wait(absl::Seconds(6));
  EXPECT_THAT(bench.killed, ElementsAre(Id("j1", 1)));
}

TEST(Orders, ARankThatWasToStopBeforeItStartedIsReportedAsStopped) {
  for (Desired desired : {Desired::kStopWithCheckpoint, Desired::kKill}) {
    Bench bench;
    bench.Connect();
    bench.Orders({Order("j1", 1, desired)});
    bench.Orders({Order("j1", 1, desired)});
    EXPECT_THAT(bench.spawned, IsEmpty());
    ASSERT_THAT(bench.exits(), SizeIs(1));
    EXPECT_EQ(bench.exits()[0].exit.kind, frames::ExitKind::kStopped);
  }
}

TEST(Orders, RanksOfAGangGetSlotsOfTheirOwn) {
  Bench bench({.slots = 4});
  bench.Connect();
  bench.Orders({Order("j1", 1, Desired::kRun, {0, 1, 2})});
  ASSERT_THAT(bench.spawned, SizeIs(3));
  EXPECT_EQ(bench.spawned[0].slot, 0);
  EXPECT_EQ(bench.spawned[1].slot, 1);
  EXPECT_EQ(bench.spawned[2].slot, 2);
  bench.End(Id("j1", 1, 1));
  bench.Orders({Order("j1", 1, Desired::kRun, {0, 1, 2}), Order("j2", 1)});
  ASSERT_THAT(bench.spawned, SizeIs(4));
  EXPECT_EQ(bench.spawned[3].slot, 1) << "the one that became free";
}

TEST(Orders, ANewRankWaitsForTheSlotOfOneThatIsStillBeingKilled) {
  Bench bench({.slots = 1});
  bench.Connect();
  bench.Orders({Order("j1", 1)});
  bench.Run(Id("j1", 1));
  bench.Orders({Order("j2", 1)});
  EXPECT_THAT(bench.spawned, SizeIs(1));
  bench.End(Id("j1", 1), {.signal_number = 9});
  ASSERT_THAT(bench.spawned, SizeIs(2));
  EXPECT_EQ(bench.spawned[1].id, Id("j2", 1));
}

TEST(Orders, TheNextAttemptWaitsUntilThePastOneIsGone) {
  Bench bench({.slots = 4});
  bench.Connect();
  bench.Orders({Order("j1", 1)});
  bench.Run(Id("j1", 1));
  bench.Orders({Order("j1", 2)});
  EXPECT_THAT(bench.killed, ElementsAre(Id("j1", 1)));
  EXPECT_THAT(bench.spawned, SizeIs(1));
  bench.End(Id("j1", 1), {.signal_number = 9});
  ASSERT_THAT(bench.spawned, SizeIs(2));
  EXPECT_EQ(bench.spawned[1].id, Id("j1", 2));
}

TEST(Orders, AFailedSpawnIsReportedByWhoseFaultItIs) {
  const std::vector<std::pair<absl::Status, frames::ExitKind>> cases = {
      {absl::InvalidArgumentError("bad job"), frames::ExitKind::kInvalidJob},
      {absl::ResourceExhaustedError("disk full"), frames::ExitKind::kStorage},
      {absl::NotFoundError("no nepa-trainer"), frames::ExitKind::kInternal}};
  for (const auto& [status, kind] : cases) {
    Bench bench;
    bench.Connect();
    bench.Orders({Order("j1", 1)});
    bench.Do(bench.agent.SpawnFailed(Id("j1", 1), status, bench.now));
    ASSERT_THAT(bench.exits(), SizeIs(1));
    EXPECT_EQ(bench.exits()[0].exit.kind, kind);
    EXPECT_EQ(bench.exits()[0].exit.message, status.message());
    bench.Orders({Order("j1", 1)});
    EXPECT_THAT(bench.spawned, SizeIs(1)) << "an attempt is not tried twice";
  }
}

}  // namespace
}  // namespace nepa::agent
