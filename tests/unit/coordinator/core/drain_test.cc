#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/state/words.h"
#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using frames::ExitKind;
using nepa::testing::CoreCluster;
using state::Phase;
using state::WorkerState;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DrainTest : public ::testing::Test {
 protected:
  const state::Worker& Row() { return cluster_.state.workers.at(worker_); }
  CoreCluster cluster_;
  std::string worker_ = cluster_.AddWorker("a", 1);
};

TEST_F(DrainTest, ItsJobsWriteACheckpointAndGoOnElsewhereAtOnceAtNoRestart) {
  const std::string id = cluster_.Submit("pre");
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Started(id)}).ok());
  EXPECT_TRUE(cluster_.Drain("a", "its fan is broken").status.ok());
  EXPECT_THAT(cluster_.story(),
              Contains("! worker_drained: worker a is drained by ann: its fan is broken; 1 job "
                       "writes a checkpoint and goes on elsewhere"));
  EXPECT_EQ(cluster_.job(id).reason,
            "worker a is drained: its ranks write a checkpoint, and it goes on elsewhere");
  EXPECT_EQ(cluster_.OrdersOf(worker_).gangs.at(0).desired, exchange::Desired::kStopWithCheckpoint);
  cluster_.AddWorker("b", 1);
  EXPECT_TRUE(
      cluster_.Tell(worker_, {cluster_.Wrote(id, 10), cluster_.Exited(id, ExitKind::kStopped)})
          .ok());
  EXPECT_EQ(cluster_.job(id).phase, Phase::kStarting);
  EXPECT_EQ(cluster_.job(id).restarts, 0);
  EXPECT_EQ(cluster_.job(id).step, 10);
  EXPECT_EQ(cluster_.attempt(id).gang.at(0).worker, "w2");
}

TEST_F(DrainTest, TakesNothingNewUntilItIsUndrained) {
  EXPECT_TRUE(cluster_.Drain(worker_).status.ok());
  const std::string id = cluster_.Submit("pre");
  EXPECT_EQ(cluster_.job(id).phase, Phase::kQueued);
  EXPECT_TRUE(cluster_.Undrain("a").status.ok());
  EXPECT_EQ(cluster_.job(id).phase, Phase::kStarting);
}

TEST_F(DrainTest, HoldsWhenTheWorkerStartsAgain) {
  EXPECT_TRUE(cluster_.Drain(worker_).status.ok());
  cluster_.AddWorker("a", 1);
  EXPECT_EQ(state::ShownState(Row()), WorkerState::kDraining);
  EXPECT_EQ(cluster_.job(cluster_.Submit("pre")).phase, Phase::kQueued);
}

TEST_F(DrainTest, HoldsForALostWorkerHoweverLongItIsAway) {
  cluster_.Advance(cluster_.settings.lease);
  cluster_.Tick();
  ASSERT_EQ(Row().state, WorkerState::kLost);
  EXPECT_TRUE(cluster_.Drain(worker_).status.ok());
  EXPECT_EQ(state::ShownState(Row()), WorkerState::kLost);
  cluster_.Advance(2 * cluster_.settings.forget_workers);
  cluster_.Tick();
  EXPECT_EQ(NextDeadline(cluster_.state, cluster_.live, cluster_.settings, cluster_.now),
            absl::InfiniteFuture());
  cluster_.AddWorker("a", 1);
  EXPECT_EQ(state::ShownState(Row()), WorkerState::kDraining);
  EXPECT_EQ(cluster_.state.workers.size(), 1u) << "it was not forgotten";
}

TEST_F(DrainTest, ALostWorkerThatIsUndrainedIsForgottenInTime) {
  EXPECT_TRUE(cluster_.Drain(worker_).status.ok());
  cluster_.Advance(cluster_.settings.lease);
  cluster_.Tick();
  EXPECT_TRUE(cluster_.Undrain(worker_).status.ok());
  cluster_.Advance(cluster_.settings.forget_workers);
  cluster_.Tick();
  EXPECT_THAT(cluster_.state.workers, IsEmpty());
}

TEST_F(DrainTest, AnotherReasonReplacesTheFirstAndTheSameTellsNoStory) {
  cluster_.Drain(worker_, "fan");
  cluster_.Drain(worker_, "fan");
  EXPECT_EQ(cluster_.changes().size(), 1u) << "the request alone";
  cluster_.Drain(worker_, "disk");
  EXPECT_EQ(Row().drained, "drained by ann: disk");
}

TEST_F(DrainTest, AJobThatIsBeingPausedStaysPaused) {
  const std::string id = cluster_.Submit("pre");
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Started(id)}).ok());
  EXPECT_TRUE(cluster_.Pause(id).status.ok());
  EXPECT_TRUE(cluster_.Drain(worker_).status.ok());
  EXPECT_TRUE(
      cluster_.Tell(worker_, {cluster_.Wrote(id, 10), cluster_.Exited(id, ExitKind::kStopped)})
          .ok());
  EXPECT_EQ(cluster_.job(id).phase, Phase::kPaused);
}

TEST_F(DrainTest, ARankThatStartsWhileItIsBeingMovedDoesNotHideWhy) {
  const std::string id = cluster_.Submit("pre");
  EXPECT_TRUE(cluster_.Drain(worker_).status.ok());
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Started(id)}).ok());
  EXPECT_THAT(cluster_.job(id).reason, HasSubstr("worker a is drained"));
}

TEST_F(DrainTest, AWorkerOnItsWayOutCannotBeHeldByUndraining) {
  EXPECT_TRUE(cluster_.Tell(worker_, {}, /*leaving=*/true).ok());
  const Reply reply = cluster_.Undrain(worker_);
  EXPECT_TRUE(absl::IsFailedPrecondition(reply.status));
  EXPECT_THAT(std::string(reply.status.message()), HasSubstr("it is being shut down"));
}

TEST_F(DrainTest, AnUnknownWorkerIsNotFoundAndALongReasonRefused) {
  EXPECT_TRUE(absl::IsNotFound(cluster_.Drain("nobody").status));
  EXPECT_TRUE(absl::IsNotFound(cluster_.Undrain("w9").status));
  EXPECT_TRUE(absl::IsInvalidArgument(cluster_.Drain(worker_, std::string(257, 'x')).status));
}

}  // namespace
}  // namespace nepa::core
