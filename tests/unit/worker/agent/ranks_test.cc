// What ranks say and how they end; and the end of the worker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/unit/worker/agent/bench.h"

namespace nepa::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// One rank that runs.
class Ranks : public ::testing::Test {
 protected:
  Ranks() {
    bench.Connect();
    bench.Orders({Order("j1", 1)});
    bench.Run(id);
    bench.Orders({Order("j1", 1)});
  }
  frames::Exit ExitAfter(ProcessEnd end) {
    bench.End(id, std::move(end));
    EXPECT_THAT(bench.exits(), SizeIs(1));
    return bench.exits().at(0).exit;
  }

  const RankId id = Id("j1", 1);
  Bench bench;
};

TEST_F(Ranks, TheStartIsReportedOnceWithTheWorkersPid) {
  bench.Frame(id, frames::Started{1, 0, 1000, "cpu", 8, 1});
  ASSERT_THAT(bench.arrived, SizeIs(1));
  const auto& started = std::get<exchange::RankStarted>(bench.arrived[0].what);
  EXPECT_EQ(started.started.pid, 100);
  EXPECT_EQ(started.started.total_steps, 1000);
}

TEST(Spans, TheStartSaysHowLongItTookToSpawnTheRankAndToLoadItsProgram) {
  Bench bench;
  bench.Connect();
  bench.Orders({Order("j1", 1)});
  const absl::Time ordered = bench.now;
  bench.now += absl::Milliseconds(3);
  bench.Do(bench.agent.Spawned(Id("j1", 1), 100, bench.now));
  const frames::Span load{"train", "load model", bench.now + absl::Milliseconds(200),
                          absl::Milliseconds(40)};
  bench.now += absl::Milliseconds(300);
  bench.Frame(Id("j1", 1), frames::Started{1, 0, 1000, "cpu", 8, 1, {load}});
  ASSERT_THAT(bench.arrived, SizeIs(1));
  const auto& started = std::get<exchange::RankStarted>(bench.arrived[0].what);
  EXPECT_THAT(started.spans,
              ElementsAre(frames::Span{"agent", "spawn rank 0", ordered, absl::Milliseconds(3)}));
  EXPECT_THAT(started.started.spans,
              ElementsAre(frames::Span{"train", "load program", ordered + absl::Milliseconds(3),
                                       absl::Milliseconds(200)},
                          load));
}

TEST(Spans, ARankWhoseClockWasSetBackIsNotSaidToHaveBegunBeforeItsProcess) {
  Bench bench;
  bench.Connect();
  bench.Orders({Order("j1", 1)});
  bench.Do(bench.agent.Spawned(Id("j1", 1), 100, bench.now));
  const frames::Span early{"train", "load model", bench.now - absl::Hours(1),
                           absl::Milliseconds(40)};
  bench.Frame(Id("j1", 1), frames::Started{1, 0, 1000, "cpu", 8, 1, {early}});
  const auto& started = std::get<exchange::RankStarted>(bench.arrived.at(0).what);
  EXPECT_THAT(started.started.spans, ElementsAre(early));
}

TEST_F(Ranks, AnExitFrameIsWhatIsReportedWhateverTheProcessDidAfterIt) {
  bench.Frame(id, frames::Exit{frames::ExitKind::kNotFinite, "loss is NaN at step 12"});
  const frames::Exit exit = ExitAfter({.signal_number = SIGSEGV});
  EXPECT_EQ(exit.kind, frames::ExitKind::kNotFinite);
  EXPECT_EQ(exit.message, "loss is NaN at step 12");
}

TEST_F(Ranks, TheLastProgressGoesWithTheExit) {
  bench.Frame(id, frames::Progress{42, 1.5, 99, {{"loss", -0.5}}});
  bench.End(id, {.exit_status = 1});
  EXPECT_EQ(bench.exits().at(0).progress.step, 42);
}

TEST_F(Ranks, ASigkillAsksWhetherMemoryRanOut) {
  const frames::Exit exit = ExitAfter({.signal_number = SIGKILL});
  EXPECT_EQ(exit.kind, frames::ExitKind::kKilled);
  EXPECT_THAT(exit.message, HasSubstr("SIGKILL"));
  EXPECT_THAT(exit.message, HasSubstr("Out of memory?"));
}

TEST_F(Ranks, AnotherSignalIsNamedWithTheLastLinesOfTheLog) {
  const frames::Exit exit = ExitAfter({.signal_number = SIGABRT, .log_tail = "assertion x\n"});
  EXPECT_EQ(exit.kind, frames::ExitKind::kKilled);
  EXPECT_THAT(exit.message, HasSubstr("SIGABRT"));
  EXPECT_THAT(exit.message, HasSubstr("assertion x"));
}

TEST_F(Ranks, AnEndWithoutAnExitFrameIsInternalWithTheLastLinesOfTheLog) {
  const frames::Exit exit =
      ExitAfter({.exit_status = 127, .log_tail = "libtorch_cpu.so: cannot open\n"});
  EXPECT_EQ(exit.kind, frames::ExitKind::kInternal);
  EXPECT_THAT(exit.message, HasSubstr("status 127"));
  EXPECT_THAT(exit.message, HasSubstr("libtorch_cpu.so: cannot open"));
}

TEST_F(Ranks, ABadFrameKillsTheRankWithTheReason) {
  bench.Do(bench.agent.BadFrame(id, absl::InvalidArgumentError("not a JSON object"), bench.now));
  bench.Do(bench.agent.BadFrame(id, absl::InvalidArgumentError("again"), bench.now));
  EXPECT_THAT(bench.killed, ElementsAre(id));
  const frames::Exit exit = ExitAfter({.signal_number = SIGKILL});
  EXPECT_EQ(exit.kind, frames::ExitKind::kInternal);
  EXPECT_THAT(exit.message, HasSubstr("not a JSON object"));
}

TEST_F(Ranks, ARankThatHangsAfterItsExitFrameIsKilledAndItsWordCounts) {
  bench.Frame(id, frames::Exit{frames::ExitKind::kSucceeded, "done"});
  for (int i = 0; i < 29; ++i) {
    bench.Wait(absl::Seconds(1));
    bench.Orders({Order("j1", 1)});
  }
  EXPECT_THAT(bench.killed, IsEmpty());
  bench.Wait(absl::Seconds(2));
  EXPECT_THAT(bench.killed, ElementsAre(id));
  EXPECT_EQ(ExitAfter({.signal_number = SIGKILL}).kind, frames::ExitKind::kSucceeded);
}

TEST_F(Ranks, FramesOfUnknownRanksAreIgnored) {
  bench.Frame(Id("j9", 1), frames::Started{});
  bench.End(Id("j9", 1));
  bench.Wait(absl::Seconds(1));
  EXPECT_THAT(bench.arrived, SizeIs(1));
}

TEST_F(Ranks, LeavingStopsRanksWithACheckpointReportsAndFinishes) {
  bench.Do(bench.agent.Leave(/*at_once=*/false, bench.now));
  ASSERT_THAT(bench.stopped, SizeIs(1));
  EXPECT_TRUE(bench.stopped[0].stop.checkpoint);
  EXPECT_TRUE(bench.last_report.leaving);
  bench.Orders({Order("j1", 1), Order("j2", 1)});
  EXPECT_THAT(bench.spawned, SizeIs(1)) << "nothing new starts";
  bench.Frame(id, frames::CheckpointWritten{5, 1, "checkpoints/x", 1, "", {}, 0, 0});
  bench.Frame(id, frames::Exit{frames::ExitKind::kStopped, ""});
  bench.End(id);
  EXPECT_FALSE(bench.finished) << "the exit is not acknowledged yet";
  bench.Orders({});
  EXPECT_TRUE(bench.finished);
  ASSERT_THAT(bench.exits(), SizeIs(2));
  EXPECT_EQ(bench.exits()[0].attempt.job_id, "j2");
  EXPECT_EQ(bench.exits()[0].exit.kind, frames::ExitKind::kStopped);
  EXPECT_EQ(bench.exits()[1].attempt.job_id, "j1");
}

TEST_F(Ranks, LeavingIsBoundedWhenARankDoesNotStop) {
  bench.Do(bench.agent.Leave(/*at_once=*/false, bench.now));
  for (int i = 0; i < 59; ++i) {
    bench.Wait(absl::Seconds(1));
    bench.Orders({Order("j1", 1)});
  }
  EXPECT_THAT(bench.killed, IsEmpty());
  bench.Wait(absl::Seconds(2));
  EXPECT_THAT(bench.killed, ElementsAre(id));
  EXPECT_FALSE(bench.finished);
  bench.Wait(absl::Seconds(10));  // not even the kill helps
  EXPECT_TRUE(bench.finished);
}

TEST_F(Ranks, LeavingAtOnceKills) {
  bench.Do(bench.agent.Leave(/*at_once=*/false, bench.now));
  bench.Do(bench.agent.Leave(/*at_once=*/true, bench.now));
  EXPECT_THAT(bench.killed, ElementsAre(id));
}

TEST_F(Ranks, LeavingWithoutACoordinatorWaitsForItOnlyBriefly) {
  bench.Do(bench.agent.LinkLost(bench.now));
  bench.Do(bench.agent.Leave(/*at_once=*/true, bench.now));
  bench.End(id, {.signal_number = SIGKILL});
  EXPECT_FALSE(bench.finished);
  for (int i = 0; i < 4; ++i) {
    bench.Wait(absl::Seconds(1));
    bench.Do(bench.agent.LinkLost(bench.now));
  }
  EXPECT_TRUE(bench.finished);
}

TEST(Leaving, AnIdleWorkerSaysSoAndFinishesWithTheAnswer) {
  Bench bench;
  bench.Connect();
  bench.Orders({});
  bench.Do(bench.agent.Leave(/*at_once=*/false, bench.now));
  EXPECT_TRUE(bench.last_report.leaving);
  EXPECT_FALSE(bench.finished);
  bench.Orders({});
  EXPECT_TRUE(bench.finished);
}

TEST(Leaving, AWorkerThatNeverMetItsCoordinatorFinishesAtOnce) {
  Bench bench;
  bench.Do(bench.agent.Tick(bench.now));
  bench.Do(bench.agent.Leave(/*at_once=*/false, bench.now));
  EXPECT_TRUE(bench.finished);
}

}  // namespace
}  // namespace nepa::agent
