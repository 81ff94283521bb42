#include "coordinator/scheduler/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nepa::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Candidate Job(const std::string& id, int64_t ranks, int64_t priority = 500,
              const std::string& device = "") {
  return {id, "name-" + id, priority, ranks, ranks, device};
}

TEST(Explain, NamesTheWorkersThatCouldHoldItAndThoseThatGoFirst) {
  const Snapshot snapshot{{{"w1", "a", "cpu", 4, 0}, {"w2", "b", "cpu", 1, 0}},
                          {Job("j1", 4), Job("j2", 2), Job("j3", 2, 900)},
                          {}};
  const Explanation explained = Explain(snapshot, "j2");
  EXPECT_EQ(explained.needs, "2 cpu or cuda slots on one worker");
  EXPECT_THAT(explained.hosts, ElementsAre("w1"));
  EXPECT_THAT(explained.ahead, ElementsAre("j3", "j1"));
  EXPECT_EQ(explained.most, "4 cpu slots on a");
}

TEST(Explain, WhoIsPlacedNowOrUsesOtherWorkersOrCanNeverRunDoesNotGoFirst) {
  const Snapshot snapshot{{{"w1", "a", "cpu", 1, 1}, {"w2", "b", "cuda", 1, 0}},
                          {Job("placed", 1, 500, "cpu"), Job("on-gpu", 1, 500, "cuda"),
                           Job("never", 9, 500, "cpu"), Job("waits", 1, 500, "cpu")},
                          {}};
  EXPECT_THAT(Explain(snapshot, "waits").ahead, IsEmpty());
}

TEST(Explain, WhoOnlyPausesKeepsItsPlaceAndWhoWaitsForAModelDoesNot) {
  Snapshot snapshot{{{"w1", "a", "cpu", 1, 1}}, {Job("j1", 1), Job("j2", 1), Job("j3", 1)}, {}};
  snapshot.candidates[0].blocked = "pauses";
  snapshot.candidates[0].keeps_slots = true;
  snapshot.candidates[1].blocked = "waits for a model";
  EXPECT_THAT(Explain(snapshot, "j3").ahead, ElementsAre("j1"));
}

TEST(Explain, TellsNeverFromNotNow) {
  Snapshot snapshot{{{"w1", "a", "cpu", 2, 2}}, {Job("j1", 4), Job("j2", 1, 500, "cuda")}, {}};
  EXPECT_THAT(Explain(snapshot, "j1").hosts, IsEmpty());
  EXPECT_THAT(Explain(snapshot, "j1").absent_hosts, IsEmpty());
  EXPECT_EQ(Explain(snapshot, "j1").most, "2 cpu slots on a");
  EXPECT_EQ(Explain(snapshot, "j2").most, "");
  snapshot.absent.push_back({"w2", "big", "cpu", 8, 0, "is lost"});
  EXPECT_THAT(Explain(snapshot, "j1").absent_hosts, ElementsAre("w2"));
  EXPECT_EQ(Explain(snapshot, "j1").most, "8 cpu slots on big");
}

}  // namespace
}  // namespace nepa::scheduler
