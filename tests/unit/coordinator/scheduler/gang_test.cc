#include "coordinator/scheduler/gang.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nepa::scheduler {
namespace {

using ::testing::ElementsAre;

std::vector<Worker> Workers() {
  return {{"w1", "a", "cpu", 8, 5}, {"w2", "b", "cpu", 8, 3}, {"w3", "c", "cuda", 8, 8}};
}

TEST(Gang, GoesToTheFullestWorkerThatHoldsItWhole) {
  std::vector<Worker> workers = Workers();
  EXPECT_THAT(TakeSlots(workers, "cpu", 3), ElementsAre(1, 1, 1));
  EXPECT_EQ(workers[1].free, 0);
}

TEST(Gang, IsSpreadOverTheEmptiestWorkersWhereNoneHoldsItWhole) {
  std::vector<Worker> workers = Workers();
  EXPECT_THAT(TakeSlots(workers, "cpu", 7), ElementsAre(0, 0, 0, 0, 0, 1, 1));
}

TEST(Gang, SlotsAreCountedByDevice) {
  EXPECT_EQ(TotalSlots(Workers(), "cpu"), 16);
  EXPECT_EQ(FreeSlots(Workers(), "cpu"), 8);
  EXPECT_EQ(FreeSlots(Workers(), "cuda"), 8);
}

}  // namespace
}  // namespace nepa::scheduler
