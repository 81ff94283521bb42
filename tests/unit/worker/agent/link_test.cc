// The agent and a coordinator that comes and goes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/worker/agent/bench.h"

namespace nepa::agent {
namespace {

using exchange::Desired;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Link, TheWorkerRegistersOpensTheExchangeAndReportsAtOnce) {
  Bench bench;
  bench.Do(bench.agent.Tick(bench.now));
  EXPECT_EQ(bench.registers, 1);
  EXPECT_EQ(bench.opens, 0);
  bench.Do(bench.agent.Registered({"w3", 5, absl::Seconds(1), absl::Seconds(9), ""}, bench.now));
  EXPECT_EQ(bench.opens, 1);
  EXPECT_EQ(bench.reports, 1);
  EXPECT_EQ(bench.last_report.worker_id, "w3");
  EXPECT_EQ(bench.last_report.incarnation, 5);
  EXPECT_FALSE(bench.agent.connected());
  bench.incarnation = 5;
  bench.Orders({});
  EXPECT_TRUE(bench.agent.connected());
}

TEST(Link, AFailedRegistrationIsTriedAgainAfter50MillisecondsTo1Second) {
  Bench bench;
  bench.Do(bench.agent.Tick(bench.now));
  std::vector<absl::Duration> delays;
  for (int i = 0; i < 7; ++i) {
    const absl::Time lost_at = bench.now;
    bench.Do(bench.agent.LinkLost(bench.now));
    bench.Wait(bench.agent.NextWake() - bench.now);
    delays.push_back(bench.now - lost_at);
    EXPECT_EQ(bench.registers, i + 2);
  }
  EXPECT_THAT(delays, ElementsAre(absl::Milliseconds(50), absl::Milliseconds(100),
                                  absl::Milliseconds(200), absl::Milliseconds(400),
                                  absl::Milliseconds(800), absl::Seconds(1), absl::Seconds(1)));
}

TEST(Link, RanksGoOnWhileTheCoordinatorIsAwayAndAreAdoptedNotRestarted) {
  Bench bench;
  bench.Connect(3);
  bench.Orders({Order("j1", 1)});
  bench.Run(Id("j1", 1), 4711);
  bench.Do(bench.agent.LinkLost(bench.now));
  EXPECT_FALSE(bench.agent.connected());
  for (int i = 0; i < 100; ++i) {
    bench.Wait(absl::Seconds(1));
    bench.Do(bench.agent.LinkLost(bench.now));  // still away
    bench.Frame(Id("j1", 1), frames::Progress{i, 0, 0, {}});
  }
  EXPECT_THAT(bench.killed, IsEmpty());
  EXPECT_EQ(bench.registers, 1) << "the incarnation goes on";
  bench.Wait(absl::Seconds(1));
  EXPECT_EQ(bench.last_report.incarnation, 3);
  ASSERT_THAT(bench.last_report.ranks, SizeIs(1));
  EXPECT_EQ(bench.last_report.ranks[0].pid, 4711);
  EXPECT_EQ(bench.last_report.ranks[0].progress.step, 99);
  bench.Orders({Order("j1", 1)});
  EXPECT_THAT(bench.spawned, SizeIs(1));
  EXPECT_THAT(bench.killed, IsEmpty());
}

TEST(Link, ACoordinatorThatCameBackWithoutAcknowledgementsIsStillObeyed) {
  Bench bench;
  bench.Connect();
  bench.Orders({Order("j1", 1)});
  bench.Run(Id("j1", 1));
  bench.Orders({Order("j1", 1)});
  bench.Do(bench.agent.LinkLost(bench.now));
  bench.Wait(absl::Seconds(1));
  bench.Orders({Order("j1", 1, Desired::kStopWithCheckpoint)}, 0);
  EXPECT_THAT(bench.stopped, SizeIs(1));
}

TEST(Link, WhatEndedWhileTheCoordinatorWasAwayIsReportedWhenItIsBack) {
  Bench bench;
  bench.Connect();
  bench.Orders({Order("j1", 1)});
  bench.Run(Id("j1", 1));
  bench.Orders({Order("j1", 1)});
  bench.Do(bench.agent.LinkLost(bench.now));
  bench.Frame(Id("j1", 1), frames::CheckpointWritten{5, 1, "checkpoints/x", 1, "", {}, 0, 0});
  bench.Frame(Id("j1", 1), frames::Exit{frames::ExitKind::kSucceeded, ""});
  bench.End(Id("j1", 1));
  EXPECT_THAT(bench.exits(), IsEmpty());
  bench.Wait(absl::Seconds(1));
  EXPECT_THAT(bench.exits(), SizeIs(1));
  ASSERT_THAT(bench.arrived, SizeIs(3));
  EXPECT_TRUE(std::holds_alternative<exchange::RankCheckpoint>(bench.arrived[1].what));
  EXPECT_EQ(bench.arrived[1].number, 2);
  bench.Orders({Order("j1", 1)}, 1);
  EXPECT_THAT(bench.spawned, SizeIs(1)) << "it has ended, whatever the old orders say";
}

TEST(Link, WhatWasSentOnALostConnectionIsSentAgainUnderItsNumber) {
  Bench bench;
  bench.Connect();
  bench.Orders({Order("j1", 1)});
  bench.Run(Id("j1", 1));
  ASSERT_THAT(bench.arrived, SizeIs(1));
  bench.Do(bench.agent.LinkLost(bench.now));
  bench.Wait(absl::Seconds(1));
  ASSERT_THAT(bench.arrived, SizeIs(2));
  EXPECT_EQ(bench.arrived[1].number, bench.arrived[0].number);
}

TEST(Link, AFencedWorkerKillsItsRanksForgetsTheirStoryAndRegistersAgain) {
  Bench bench;
  bench.Connect(3);
  bench.Orders({Order("j1", 1), Order("j2", 1)});
  bench.Run(Id("j1", 1));
  bench.Run(Id("j2", 1));
  bench.End(Id("j2", 1), {.exit_status = 1});
  bench.arrived.clear();
  bench.Do(bench.agent.Fenced(bench.now));
  EXPECT_THAT(bench.killed, ElementsAre(Id("j1", 1)));
  bench.Wait(absl::Seconds(1));
  EXPECT_EQ(bench.registers, 2);
  bench.Connect(4);
  EXPECT_THAT(bench.last_report.ranks, IsEmpty()) << "what dies was of the past incarnation";
  bench.End(Id("j1", 1), {.signal_number = 9});
  bench.Wait(absl::Seconds(1));
  EXPECT_THAT(bench.arrived, IsEmpty());
  bench.Orders({Order("j1", 2)});
  ASSERT_THAT(bench.spawned, SizeIs(3));
  bench.Run(Id("j1", 2));
  EXPECT_EQ(bench.arrived.back().number, 1) << "numbers start again";
}

TEST(Link, TwoWorkersOfOneNameDoNotFenceEachOtherWithoutPause) {
  Bench bench;
  std::vector<absl::Duration> pauses;
  for (int i = 0; i < 8; ++i) {
    bench.Connect(2 * i + 1);
    bench.Orders({});
    const absl::Time fenced_at = bench.now;
    bench.Do(bench.agent.Fenced(bench.now));
    const int before = bench.registers;
    bench.Wait(bench.agent.NextWake() - bench.now);
    EXPECT_EQ(bench.registers, before + 1);
    pauses.push_back(bench.now - fenced_at);
  }
  EXPECT_THAT(pauses, ElementsAre(absl::Milliseconds(50), absl::Seconds(1), absl::Seconds(2),
                                  absl::Seconds(4), absl::Seconds(8), absl::Seconds(16),
                                  absl::Seconds(30), absl::Seconds(30)));
  bench.Connect(99);
  for (int i = 0; i < 60; ++i) {
    bench.Wait(absl::Seconds(5));
    bench.Orders({});
  }
  bench.Do(bench.agent.Fenced(bench.now));
  EXPECT_EQ(bench.agent.NextWake() - bench.now, absl::Milliseconds(50)) << "long ago";
}

TEST(Link, ASilentExchangeIsClosedAfterTheLeaseAndOpenedAgain) {
  Bench bench;
  bench.Connect();
  bench.Orders({Order("j1", 1)});
  bench.Wait(absl::Seconds(9));
  EXPECT_EQ(bench.closes, 0);
  bench.Wait(absl::Seconds(2));
  EXPECT_EQ(bench.closes, 1);
  bench.Do(bench.agent.LinkLost(bench.now));
  bench.Wait(absl::Seconds(1));
  EXPECT_EQ(bench.opens, 2);
  EXPECT_THAT(bench.killed, IsEmpty());
}

TEST(Link, ReportsComeAtLeastEveryIntervalAndProgressIsGatheredInto100Milliseconds) {
  Bench bench;
  bench.Connect();
  bench.Orders({Order("j1", 1)});
  bench.Run(Id("j1", 1));
  bench.reports = 0;
  bench.Wait(absl::Seconds(5));
  EXPECT_EQ(bench.reports, 10);
  bench.reports = 0;
  for (int i = 0; i < 1000; ++i) {
    bench.Frame(Id("j1", 1), frames::Progress{i, 0, 0, {}});
    bench.Wait(absl::Milliseconds(1));
  }
  EXPECT_GE(bench.reports, 9);
  EXPECT_LE(bench.reports, 11);
  EXPECT_GE(bench.last_report.ranks[0].progress.step, 890);
}

TEST(Link, OneReportIsOnItsWayAtATime) {
  Bench bench;
  bench.auto_write = false;
  bench.Connect();
  bench.Orders({Order("j1", 1)});
  bench.Run(Id("j1", 1));
  bench.Wait(absl::Seconds(3));
  EXPECT_EQ(bench.reports, 1);
  bench.Do(bench.agent.ReportWritten(bench.now));
  bench.Wait(absl::Milliseconds(1));
  EXPECT_EQ(bench.reports, 2);
}

}  // namespace
}  // namespace nepa::agent
