// A checkpoint that an attempt was to resume from is damaged: the job goes back to an older one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/core/checkpoints.h"
#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using frames::ExitKind;
using nepa::testing::CoreCluster;
using state::CheckpointState;
using state::Phase;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr char kFinding[] = "model.safetensors is damaged";

class DamagedCheckpointTest : public ::testing::Test {
 protected:
  // A paused job with a checkpoint at each of `steps`.
  void PauseAt(const std::vector<int64_t>& steps, int64_t restarts = 10) {
    job_ = cluster_.Submit("pre", [&](config::JobSpec& spec) {
      spec.checkpoint.keep.last = 5;
      spec.restart.max = restarts;
    });
    EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Started(job_)}).ok());
    for (int64_t step : steps)
      EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Wrote(job_, step)}).ok());
    EXPECT_TRUE(cluster_.Pause(job_).status.ok());
    Exit(ExitKind::kStopped, "");
    ASSERT_EQ(cluster_.job(job_).phase, Phase::kPaused);
  }
  void Exit(ExitKind kind, const std::string& message) {
    EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Exited(job_, kind, 0, message)}).ok());
  }
  CheckpointState StateOf(const std::string& id) { return cluster_.state.checkpoints.at(id).state; }

  CoreCluster cluster_;
  std::string worker_ = cluster_.AddWorker("a", 1);
  std::string job_;
};

TEST_F(DamagedCheckpointTest, TheJobGoesBackToTheOneBeforeAndSaysSo) {
  PauseAt({10, 20});
  EXPECT_TRUE(cluster_.Resume(job_).status.ok());
  EXPECT_EQ(cluster_.attempt(job_).resume_from, "jobs/j1/checkpoints/step-20-attempt-1");
  Exit(ExitKind::kDamagedCheckpoint, kFinding);
  EXPECT_EQ(StateOf("c2"), CheckpointState::kCorrupt);
  EXPECT_THAT(cluster_.story(),
              AllOf(Contains(HasSubstr("! checkpoint_corrupt j1/2: checkpoint c2 of step 20 is "
                                       "damaged (model.safetensors is damaged)")),
                    Contains(HasSubstr("going back to checkpoint c1 of step 10"))));
  EXPECT_EQ(cluster_.job(job_).phase, Phase::kStarting) << "the next attempt waits for nothing";
  EXPECT_EQ(cluster_.attempt(job_).resume_from, "jobs/j1/checkpoints/step-10-attempt-1");
  EXPECT_EQ(cluster_.job(job_).step, 10);
  EXPECT_EQ(cluster_.job(job_).restarts, 0);
}

TEST_F(DamagedCheckpointTest, GoingBackNeedsNoRestartToBeLeft) {
  PauseAt({10, 20, 30}, /*restarts=*/0);
  EXPECT_TRUE(cluster_.Resume(job_).status.ok());
  Exit(ExitKind::kDamagedCheckpoint, kFinding);
  Exit(ExitKind::kDamagedCheckpoint, kFinding);
  EXPECT_EQ(cluster_.attempt(job_).resume_from, "jobs/j1/checkpoints/step-10-attempt-1");
}

TEST_F(DamagedCheckpointTest, WithoutAWholeOneTheJobFailsInsteadOfStartingOver) {
  PauseAt({10, 20});
  EXPECT_TRUE(cluster_.Resume(job_).status.ok());
  Exit(ExitKind::kDamagedCheckpoint, kFinding);
  Exit(ExitKind::kDamagedCheckpoint, kFinding);
  EXPECT_EQ(cluster_.job(job_).phase, Phase::kFailed);
  EXPECT_EQ(cluster_.job(job_).exit->kind, ExitKind::kDamagedCheckpoint);
  EXPECT_THAT(cluster_.job(job_).reason, AllOf(HasSubstr("checkpoint c1 of step 10 is damaged"),
                                               HasSubstr("nepactl checkpoints verify c2")));
}

TEST_F(DamagedCheckpointTest, APausedJobWithoutAWholeOneIsNotResumedUntilOneIsPutBack) {
  PauseAt({10});
  cluster_.Do([](Draft& draft) { MarkCheckpoint(draft, {"v1", "c1", /*corrupt=*/true}); });
  const Reply refused = cluster_.Resume(job_);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused.status));
  EXPECT_THAT(std::string(refused.status.message()), HasSubstr("nepactl checkpoints verify c1"));
  EXPECT_EQ(cluster_.job(job_).phase, Phase::kPaused);
  cluster_.Do([](Draft& draft) { MarkCheckpoint(draft, {"v2", "c1", /*corrupt=*/false}); });
  EXPECT_TRUE(cluster_.Resume(job_).status.ok());
  EXPECT_EQ(cluster_.attempt(job_).resume_from, "jobs/j1/checkpoints/step-10-attempt-1");
}

TEST_F(DamagedCheckpointTest, OneThatIsRepairedLaterIsNotSkippedAheadTo) {
  PauseAt({10, 20});
  EXPECT_TRUE(cluster_.Resume(job_).status.ok());
  Exit(ExitKind::kDamagedCheckpoint, kFinding);
  cluster_.Do([](Draft& draft) { MarkCheckpoint(draft, {"v", "c2", /*corrupt=*/false}); });
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Started(job_, 0, 10)}).ok());
  EXPECT_EQ(LatestCheckpoint(cluster_.state, job_)->id, "c1");
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Wrote(job_, 15)}).ok());
  EXPECT_EQ(LatestCheckpoint(cluster_.state, job_)->step, 15);
}

TEST_F(DamagedCheckpointTest, AFolderThatIsNotRegisteredIsAFaultOfTheMachine) {
  job_ = cluster_.Submit("pre");
  Exit(ExitKind::kDamagedCheckpoint, kFinding);
  EXPECT_EQ(cluster_.job(job_).restarts, 1);
}

}  // namespace
}  // namespace nepa::core
