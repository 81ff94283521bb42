#include "coordinator/scheduler/gang.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nepa::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Worker> Workers() {
  return {{"w1", "a", "cpu", 8, 5}, {"w2", "b", "cpu", 8, 3}, {"w3", "c", "cuda", 8, 8}};
}

TEST(Gang, GoesToTheFullestWorkerThatHoldsIt) {
  std::vector<Worker> workers = Workers();
  EXPECT_THAT(TakeSlots(workers, Hosts(workers, "cpu", 3), 3), ElementsAre(1, 1, 1));
  EXPECT_EQ(workers[1].free, 0);
}

TEST(Gang, IsNeverSpreadOverWorkers) {
  std::vector<Worker> workers = Workers();
  EXPECT_EQ(MostRanks(workers, Hosts(workers, "cpu", 7)), 5);
  EXPECT_THAT(TakeSlots(workers, Hosts(workers, "cpu", 7), 7), IsEmpty());
}

TEST(Gang, ItsHostsAreTheWorkersThatAreLargeEnough) {
  EXPECT_THAT(Hosts(Workers(), "cpu", 8), ElementsAre(0, 1));
  EXPECT_THAT(Hosts(Workers(), "cpu", 9), IsEmpty());
}

TEST(Gang, SlotsAreCountedByDevice) {
  EXPECT_EQ(TotalSlots(Workers(), "cpu"), 16);
  EXPECT_EQ(FreeSlots(Workers(), "cpu"), 8);
  EXPECT_EQ(FreeSlots(Workers(), "cuda"), 8);
}

}  // namespace
}  // namespace nepa::scheduler
