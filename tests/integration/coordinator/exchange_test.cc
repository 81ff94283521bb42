// What a worker sees of the coordinator.
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "tests/integration/coordinator/coordinator_client.h"
#include "tests/integration/coordinator/running_coordinator.h"

namespace nepa::testing {
namespace {

class ExchangeTest : public ::testing::Test {
 protected:
  RunningCoordinator coordinator_{{"--lease", "1s", "--report-interval", "200ms"}};
  People people_{coordinator_.grpc()};
  FakeWorker worker_{coordinator_.grpc(), "here", 1};
};

TEST_F(ExchangeTest, ASubmittedJobReachesAWaitingWorkerAtOnce) {
  ASSERT_TRUE(worker_.Register().ok());
  EXPECT_EQ(worker_.registered().storage, coordinator_.storage());
  EXPECT_EQ(worker_.registered().lease, absl::Seconds(1));
  const absl::Time before = absl::Now();
  ASSERT_TRUE(people_.Submit(SyntheticJob("pre")).ok());
  // No report in between: the orders are pushed.
  const auto orders = worker_.WaitFor([](const exchange::Orders& o) { return !o.gangs.empty(); });
  ASSERT_TRUE(orders.ok()) << orders.status();
  EXPECT_LT(absl::Now() - before, absl::Milliseconds(900));
  EXPECT_EQ(orders->gangs[0].folder, "jobs/j1");
  EXPECT_FALSE(orders->gangs[0].job_file_json.empty());
}

TEST_F(ExchangeTest, AnOldIncarnationIsAborted) {
  ASSERT_TRUE(worker_.Register().ok());
  FakeWorker again(coordinator_.grpc(), "here", 1);
  ASSERT_TRUE(again.Register().ok());
  EXPECT_EQ(again.registered().incarnation, 2);
  const auto orders = worker_.WaitFor([](const exchange::Orders&) { return false; });
  EXPECT_TRUE(absl::IsAborted(orders.status())) << orders.status();
  worker_.Connect();
  EXPECT_TRUE(absl::IsAborted(worker_.Tell().status()));
}

TEST_F(ExchangeTest, AnUnknownWorkerIsNotFound) {
  worker_.registered().worker_id = "w99";
  worker_.Connect();
  EXPECT_TRUE(absl::IsNotFound(worker_.Tell().status()));
}

TEST_F(ExchangeTest, ASilentWorkerIsGivenUpAndItsJobWaitsAgain) {
  ASSERT_TRUE(worker_.Register().ok());
  const std::string id = people_.Submit(SyntheticJob("pre"))->id();
  worker_.WaitForGang();
  EXPECT_TRUE(people_.WaitForPhase(id, v1::PHASE_RESTARTING));
  EXPECT_EQ(people_.Get(id)->exit().kind(), "lost_worker");
  worker_.Connect();
  EXPECT_TRUE(absl::IsAborted(worker_.Tell().status()));
  ASSERT_TRUE(worker_.Register().ok());
  EXPECT_EQ(worker_.WaitForGang().attempt.attempt, 2);
}

TEST_F(ExchangeTest, ALeavingWorkersJobGoesToAnotherFromItsCheckpoint) {
  ASSERT_TRUE(worker_.Register().ok());
  const std::string id = people_.Submit(SyntheticJob("pre"))->id();
  const exchange::AttemptId attempt = worker_.WaitForGang().attempt;
  FakeWorker other(coordinator_.grpc(), "there", 1);
  ASSERT_TRUE(other.Register().ok());
  ASSERT_TRUE(worker_.Tell({}, /*leaving=*/true).ok());
  const auto stop = worker_.WaitFor([](const exchange::Orders& orders) {
    return !orders.gangs.empty() &&
           orders.gangs[0].desired == exchange::Desired::kStopWithCheckpoint;
  });
  ASSERT_TRUE(stop.ok()) << stop.status();
  frames::CheckpointWritten written;
  written.step = 2;
  written.path = "checkpoints/step-2";
  ASSERT_TRUE(worker_
                  .Tell({exchange::RankCheckpoint{attempt, absl::Now(), written},
                         exchange::RankExited{attempt, 0, {frames::ExitKind::kStopped, ""}, {}}},
                        /*leaving=*/true)
                  .ok());
  const exchange::GangOrder next = other.WaitForGang();
  EXPECT_EQ(next.attempt.attempt, 2);
  EXPECT_EQ(next.resume_from, "jobs/j1/checkpoints/step-2");
  EXPECT_EQ(people_.Get(id)->restarts(), 0);
}

}  // namespace
}  // namespace nepa::testing
