#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/state/words.h"
#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using frames::ExitKind;
using nepa::testing::CoreCluster;
using state::Phase;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AttemptTest : public ::testing::Test {
 protected:
  std::string Submit(int64_t ranks) {
    return cluster_.Submit("pre", [&](config::JobSpec& spec) {
      spec.resources.min_ranks = spec.resources.max_ranks = ranks;
      spec.restart.max = 2;
    });
  }
  void Exit(const std::string& job, ExitKind kind, int64_t rank = 0) {
    EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Exited(job, kind, rank, "because")}).ok());
  }
  CoreCluster cluster_;
  std::string worker_ = cluster_.AddWorker("a", 2);
};

TEST_F(AttemptTest, AFinishedGangEndsTheJobWell) {
  const std::string id = Submit(2);
  Exit(id, ExitKind::kSucceeded, 0);
  EXPECT_FALSE(state::IsFinal(cluster_.job(id).phase));
  Exit(id, ExitKind::kSucceeded, 1);
  EXPECT_EQ(cluster_.job(id).phase, Phase::kSucceeded);
  EXPECT_EQ(cluster_.job(id).exit->kind, ExitKind::kSucceeded);
}

TEST_F(AttemptTest, AFaultOfTheJobFailsItAtOnce) {
  const std::string id = Submit(1);
  Exit(id, ExitKind::kInvalidJob);
  EXPECT_EQ(cluster_.job(id).phase, Phase::kFailed);
  EXPECT_EQ(cluster_.job(id).reason, "rank 0 on a: because");
  EXPECT_EQ(cluster_.job(id).restarts, 0);
}

TEST_F(AttemptTest, AFaultOfTheMachineRestartsItAtOnceFromTheLastCheckpoint) {
  const std::string id = Submit(1);
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Wrote(id, 10)}).ok());
  Exit(id, ExitKind::kKilled);
  EXPECT_EQ(cluster_.job(id).phase, Phase::kStarting);
  EXPECT_EQ(cluster_.job(id).attempt, 2);
  EXPECT_EQ(cluster_.job(id).restarts, 1);
  EXPECT_EQ(cluster_.attempt(id).resume_from, "jobs/j1/checkpoints/step-10-attempt-1");
  EXPECT_THAT(cluster_.story(), Contains("=> restarted j1 because of killed"));
  EXPECT_THAT(cluster_.story(), Contains("- metrics j1 after step 10"));
}

TEST_F(AttemptTest, FaultsThatGetNowhereArePausedForEverLonger) {
  const std::string id = Submit(1);
  Exit(id, ExitKind::kStorage);
  Exit(id, ExitKind::kStorage);
  EXPECT_EQ(cluster_.job(id).phase, Phase::kRestarting);
  EXPECT_EQ(cluster_.job(id).not_before, cluster_.now + cluster_.settings.backoff_first);
  EXPECT_THAT(cluster_.live.waits.at(id), HasSubstr("pauses until"));
  EXPECT_EQ(NextDeadline(cluster_.state, cluster_.live, cluster_.settings, cluster_.now),
            cluster_.job(id).not_before);
  cluster_.Advance(cluster_.settings.backoff_first);
  EXPECT_GT(NextDeadline(cluster_.state, cluster_.live, cluster_.settings, cluster_.now),
            cluster_.now);
  cluster_.Tick();
  EXPECT_EQ(cluster_.job(id).phase, Phase::kStarting);
}

TEST_F(AttemptTest, FaultsOfTheMachineAreRetriedWithoutEndWhileCheckpointsAreWritten) {
  const std::string id = Submit(1);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Wrote(id, 10 + i)}).ok());
    Exit(id, ExitKind::kKilled);
    ASSERT_EQ(cluster_.job(id).phase, Phase::kStarting);
  }
  EXPECT_EQ(cluster_.job(id).restarts, 10);
  EXPECT_EQ(cluster_.job(id).barren_faults, 0);
}

TEST_F(AttemptTest, PatienceEndsAfterFaultsInARowWithoutACheckpoint) {
  const std::string id = Submit(1);
  Exit(id, ExitKind::kKilled);
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Wrote(id, 10)}).ok());
  for (int i = 0; i < 4; ++i) {  // the first brought a checkpoint
    ASSERT_FALSE(state::IsFinal(cluster_.job(id).phase));
    Exit(id, ExitKind::kKilled);
    cluster_.Advance(2 * cluster_.settings.backoff_first);
    cluster_.Tick();
  }
  EXPECT_EQ(cluster_.job(id).phase, Phase::kFailed);
  EXPECT_EQ(cluster_.job(id).restarts, 4);
  EXPECT_THAT(cluster_.job(id).reason,
              HasSubstr("given up after 3 faults in a row without a new checkpoint (restart.max)"));
}

TEST_F(AttemptTest, ARestartMaxOfZeroRetriesNothing) {
  const std::string id =
      cluster_.Submit("pre", [](config::JobSpec& spec) { spec.restart.max = 0; });
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Wrote(id, 10)}).ok());
  Exit(id, ExitKind::kKilled);
  EXPECT_EQ(cluster_.job(id).phase, Phase::kFailed);
  EXPECT_THAT(cluster_.job(id).reason, HasSubstr("given up at the first fault (restart.max)"));
}

TEST_F(AttemptTest, OneLostRankEndsTheWholeGang) {
  const std::string id = Submit(2);
  Exit(id, ExitKind::kKilled, 1);
  EXPECT_EQ(cluster_.attempt(id).desired, exchange::Desired::kKill);
  EXPECT_THAT(cluster_.OrdersOf(worker_).gangs.at(0).ranks, ElementsAre(0));
  EXPECT_EQ(cluster_.job(id).attempt, 1);
  Exit(id, ExitKind::kKilled, 0);
  EXPECT_EQ(cluster_.job(id).attempt, 2);
  EXPECT_EQ(cluster_.job(id).exit->rank, 1);
}

TEST_F(AttemptTest, TheRankAtFaultIsNamedThoughItsPeerSpokeFirst) {
  const std::string id = Submit(2);
  Exit(id, ExitKind::kCollective, 0);
  Exit(id, ExitKind::kOutOfMemory, 1);
  EXPECT_EQ(cluster_.job(id).phase, Phase::kFailed);
  EXPECT_EQ(cluster_.job(id).exit->rank, 1);
}

TEST_F(AttemptTest, ARankThatStopsUnaskedCostsNoRestart) {
  const std::string id = Submit(1);
  Exit(id, ExitKind::kStopped);
  EXPECT_EQ(cluster_.job(id).phase, Phase::kRestarting);
  EXPECT_EQ(cluster_.job(id).restarts, 0);
}

}  // namespace
}  // namespace nepa::core
