#include "coordinator/scheduler/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace nepa::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Candidate Job(const std::string& id, int64_t ranks, int64_t priority = 500,
              const std::string& device = "") {
  return {id, "name-" + id, priority, ranks, ranks, device};
}

std::vector<std::string> Placed(const Plan& plan) {
  std::vector<std::string> jobs;
  for (const Placement& placement : plan.placements) jobs.push_back(placement.job);
  return jobs;
}

std::string WaitOf(const Plan& plan, const std::string& job) {
  for (const Wait& wait : plan.waits) {
    if (wait.job == job) return wait.reason;
  }
  return "";
}

TEST(Plan, TakesJobsFirstInFirstOut) {
  const Plan plan =
      MakePlan({{{"w1", "a", "cpu", 2, 2}}, {Job("j1", 1), Job("j2", 1), Job("j3", 1)}});
  EXPECT_THAT(Placed(plan), ElementsAre("j1", "j2"));
  EXPECT_THAT(WaitOf(plan, "j3"), HasSubstr("needs 1 cpu or cuda slot; 0 of 2 cpu slots are free"));
}

TEST(Plan, TakesHigherPriorityFirst) {
  const Plan plan = MakePlan({{{"w1", "a", "cpu", 1, 1}}, {Job("j1", 1, 500), Job("j2", 1, 750)}});
  EXPECT_THAT(Placed(plan), ElementsAre("j2"));
}

TEST(Plan, GivesAGangAllItsRanksOrNone) {
  const Plan plan =
      MakePlan({{{"w1", "a", "cpu", 4, 3}, {"w2", "b", "cpu", 4, 3}}, {Job("j1", 4)}});
  EXPECT_THAT(plan.placements, IsEmpty());
  EXPECT_THAT(WaitOf(plan, "j1"), HasSubstr("needs 4"));
}

TEST(Plan, ThoseOfTheSameNeedsAreToldTheSameUntilSomethingIsPlaced) {
  const Plan plan =
      MakePlan({{{"w1", "a", "cpu", 4, 3}, {"w2", "b", "cpu", 1, 1}},
                {Job("j1", 4), Job("j2", 4), Job("j3", 4), Job("j4", 1), Job("j5", 4)}});
  EXPECT_THAT(Placed(plan), ElementsAre("j4"));
  EXPECT_THAT(WaitOf(plan, "j1"), HasSubstr("needs 4 cpu or cuda slots on one worker"));
  EXPECT_THAT(WaitOf(plan, "j2"), HasSubstr("waits behind j1"));
  EXPECT_THAT(WaitOf(plan, "j2"), HasSubstr("4 of 5 are free"));
  EXPECT_EQ(WaitOf(plan, "j3"), WaitOf(plan, "j2"));
  EXPECT_THAT(WaitOf(plan, "j5"), HasSubstr("waits behind j1"));
  EXPECT_THAT(WaitOf(plan, "j5"), HasSubstr("3 of 5 are free"));
}

TEST(Plan, AGangWaitsForOneWorkerThoughSeveralTogetherHaveTheSlots) {
  const Plan plan =
      MakePlan({{{"w1", "a", "cpu", 4, 2}, {"w2", "b", "cpu", 4, 2}}, {Job("j1", 3)}});
  EXPECT_THAT(plan.placements, IsEmpty());
  EXPECT_EQ(WaitOf(plan, "j1"),
            "needs 3 cpu or cuda slots on one worker; 4 of 8 cpu slots are free, at most 2 on one "
            "worker");
}

TEST(Plan, SaysThatNoWorkerIsLargeEnoughForAGang) {
  const Plan plan = MakePlan(
      {{{"w1", "a", "cpu", 2, 2}, {"w2", "b", "cpu", 2, 2}}, {Job("j1", 3), Job("j2", 1)}});
  EXPECT_THAT(Placed(plan), ElementsAre("j2"));
  EXPECT_EQ(WaitOf(plan, "j1"),
            "needs more than any worker has: 3 cpu or cuda slots on one worker; the most is 2 cpu "
            "slots on a");
}

TEST(Plan, AnElasticGangTakesWhatOneWorkerHas) {
  Candidate elastic = Job("j1", 1);
  elastic.max_ranks = 4;
  const Plan plan = MakePlan({{{"w1", "a", "cpu", 2, 1}, {"w2", "b", "cpu", 2, 2}}, {elastic}});
  ASSERT_THAT(Placed(plan), ElementsAre("j1"));
  EXPECT_THAT(plan.placements[0].workers, ElementsAre("w2", "w2"));
  EXPECT_EQ(plan.placements[0].reason, "2 cpu slots on b");
}

TEST(Plan, ALargeJobKeepsOnlyWorkersThatAreLargeEnoughForIt) {
  const Plan plan = MakePlan(
      {{{"w1", "a", "cpu", 4, 2}, {"w2", "b", "cpu", 2, 1}}, {Job("j1", 4), Job("j2", 1)}});
  ASSERT_THAT(Placed(plan), ElementsAre("j2"));
  EXPECT_THAT(plan.placements[0].workers, ElementsAre("w2"));
}

TEST(Plan, ALargeJobIsNotStarvedBySmallOnesBehindIt) {
  const Plan plan = MakePlan({{{"w1", "a", "cpu", 4, 2}}, {Job("j1", 4), Job("j2", 1)}});
  EXPECT_THAT(plan.placements, IsEmpty());
  EXPECT_EQ(
      WaitOf(plan, "j2"),
      "waits behind j1 (name-j1, priority 500), which needs 4 cpu slots on one worker; 2 of 4 are "
      "free");
}

TEST(Plan, AJobThatCouldNeverFitHoldsNobodyUp) {
  const Plan plan = MakePlan({{{"w1", "a", "cpu", 4, 2}}, {Job("j1", 8), Job("j2", 1)}});
  EXPECT_THAT(Placed(plan), ElementsAre("j2"));
  EXPECT_THAT(WaitOf(plan, "j1"), HasSubstr("needs more than any worker has: 8"));
}

TEST(Plan, AJobForAnotherDeviceIsNotHeldUp) {
  const Plan plan = MakePlan({{{"w1", "a", "cpu", 2, 1}, {"w2", "b", "cuda", 1, 1}},
                              {Job("j1", 2, 500, "cpu"), Job("j2", 1, 500, "cuda")}});
  EXPECT_THAT(Placed(plan), ElementsAre("j2"));
}

TEST(Plan, AnyDeviceMeansCudaWhereItCan) {
  const Plan plan = MakePlan(
      {{{"w1", "a", "cpu", 2, 2}, {"w2", "b", "cuda", 1, 1}}, {Job("j1", 1), Job("j2", 1)}});
  ASSERT_THAT(Placed(plan), ElementsAre("j1", "j2"));
  EXPECT_THAT(plan.placements[0].workers, ElementsAre("w2"));
  EXPECT_THAT(plan.placements[1].workers, ElementsAre("w1"));
}

TEST(Plan, TakesAsManyRanksAsAreFreeUpToTheMost) {
  Candidate elastic = Job("j1", 1);
  elastic.max_ranks = 4;
  EXPECT_EQ(MakePlan({{{"w1", "a", "cpu", 8, 3}}, {elastic}}).placements[0].workers.size(), 3u);
  EXPECT_EQ(MakePlan({{{"w1", "a", "cpu", 8, 8}}, {elastic}}).placements[0].workers.size(), 4u);
}

TEST(Plan, ABlockedJobWaitsForItsOwnReason) {
  Candidate blocked = Job("j1", 1);
  blocked.blocked = "waits for the end of job j0";
  const Plan plan = MakePlan({{{"w1", "a", "cpu", 1, 1}}, {blocked, Job("j2", 1)}});
  EXPECT_EQ(WaitOf(plan, "j1"), "waits for the end of job j0");
  EXPECT_THAT(Placed(plan), ElementsAre("j2"));
}

TEST(Plan, AJobThatPausesForAMomentKeepsItsTurn) {
  Candidate pausing = Job("j1", 1);
  pausing.blocked = "pauses";
  pausing.keeps_slots = true;
  const Plan plan = MakePlan({{{"w1", "a", "cpu", 1, 1}}, {pausing, Job("j2", 1)}});
  EXPECT_THAT(plan.placements, IsEmpty());
  EXPECT_THAT(WaitOf(plan, "j2"), HasSubstr("waits behind j1"));
}

TEST(Plan, SaysThatNoWorkerIsReady) {
  EXPECT_EQ(WaitOf(MakePlan({{}, {Job("j1", 1)}}), "j1"), "no worker is ready");
}

TEST(Plan, SaysThatNoWorkerHasSuchASlot) {
  EXPECT_EQ(WaitOf(MakePlan({{{"w1", "a", "cpu", 4, 4}}, {Job("j1", 1, 500, "cuda")}}), "j1"),
            "needs more than any worker has: 1 cuda slot; none has a cuda slot");
}

TEST(Plan, SaysWhichWorkerCouldHoldItAndWhyThatDoesNot) {
  Snapshot snapshot{{{"w1", "a", "cpu", 1, 1}}, {Job("j1", 4)}, {}};
  snapshot.absent.push_back({"w2", "big", "cpu", 8, 0, "is drained"});
  EXPECT_EQ(WaitOf(MakePlan(snapshot), "j1"),
            "needs 4 cpu or cuda slots on one worker, which worker big has, but it is drained");
}

TEST(Plan, HoldsItsPromisesOnRandomSnapshots) {
  std::mt19937 random(7);
  const auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int round = 0; round < 500; ++round) {
    Snapshot snapshot;
    for (int64_t i = pick(0, 4); i > 0; --i) {
      const int64_t total = pick(1, 8);
      snapshot.workers.push_back({"w" + std::to_string(i), "n" + std::to_string(i),
                                  pick(0, 1) ? "cpu" : "cuda", total, pick(0, total)});
    }
    for (int64_t i = pick(0, 8); i > 0; --i) {
      Candidate candidate = Job("j" + std::to_string(i), pick(1, 6), pick(0, 2) * 250,
                                std::vector<std::string>{"", "cpu", "cuda"}[pick(0, 2)]);
      candidate.max_ranks += pick(0, 3);
      snapshot.candidates.push_back(candidate);
    }
    const Plan plan = MakePlan(snapshot);
    ASSERT_EQ(plan.placements.size() + plan.waits.size(), snapshot.candidates.size());
    std::map<std::string, int64_t> taken;
    for (const Placement& placement : plan.placements) {
      for (const std::string& worker : placement.workers) ++taken[worker];
    }
    for (const Placement& placement : plan.placements) {
      for (const std::string& worker : placement.workers) {
        ASSERT_EQ(worker, placement.workers.front());  // a gang runs on one worker
      }
    }
    for (const Worker& worker : snapshot.workers) ASSERT_LE(taken[worker.id], worker.free);
    for (const Wait& wait : plan.waits) ASSERT_FALSE(wait.reason.empty());
  }
}

}  // namespace
}  // namespace nepa::scheduler
