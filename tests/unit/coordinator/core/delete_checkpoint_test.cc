#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/core/checkpoints.h"
#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using frames::ExitKind;
using nepa::testing::CoreCluster;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DeleteCheckpointTest : public ::testing::Test {
 protected:
  void Write(int64_t step) {
    EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Wrote(job_, step)}).ok());
  }
  void End() {
    EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Exited(job_, ExitKind::kSucceeded)}).ok());
  }
  void ExpectRefused(const std::string& id, const std::string& why) {
    const Reply reply = cluster_.DeleteCheckpoint(id);
    EXPECT_TRUE(absl::IsFailedPrecondition(reply.status)) << reply.status;
    EXPECT_THAT(std::string(reply.status.message()), HasSubstr(why));
    EXPECT_THAT(cluster_.changes(), IsEmpty());
  }
  bool IsGoing(const std::string& id) {
    return cluster_.state.checkpoints.at(id).state == state::CheckpointState::kDeleting;
  }
  CoreCluster cluster_;
  std::string worker_ = cluster_.AddWorker("a", 1);
  std::string job_ = cluster_.Submit("pre", [](config::JobSpec& spec) {
    spec.checkpoint.keep = {9, 0, 0};
  });
};

TEST_F(DeleteCheckpointTest, ItsFolderIsRemovedAndTheStoryTold) {
  Write(10);
  Write(20);
  EXPECT_TRUE(cluster_.DeleteCheckpoint("c1").status.ok());
  EXPECT_TRUE(IsGoing("c1"));
  EXPECT_THAT(cluster_.story(), Contains("=> remove jobs/j1/checkpoints/step-10-attempt-1"));
  EXPECT_THAT(cluster_.story(), Contains("! checkpoint_deleted j1/1: checkpoint c1 of step 10 was "
                                         "deleted, as was asked"));
  ExpectRefused("c1", "is being deleted already");
}

TEST_F(DeleteCheckpointTest, WhatItsOwnJobWouldGoOnFromIsKept) {
  Write(10);
  ExpectRefused("c1", "job j1 (pre) is STARTING and would go on from checkpoint c1");
  End();
  EXPECT_TRUE(cluster_.DeleteCheckpoint("c1").status.ok()) << "it has ended";
}

TEST_F(DeleteCheckpointTest, APinnedOneIsKept) {
  Write(10);
  Write(20);
  EXPECT_TRUE(cluster_.Pin("c1").status.ok());
  ExpectRefused("c1", "checkpoints unpin c1");
}

TEST_F(DeleteCheckpointTest, WhatAnotherJobStartsFromIsKept) {
  Write(10);
  Write(20);
  cluster_.Submit("fine", [](config::JobSpec& spec) { spec.model.from = "checkpoint/c1"; });
  ExpectRefused("c1", "job j2 (fine) starts from checkpoint c1");
}

TEST_F(DeleteCheckpointTest, WhatAWaitingJobWouldTakeAsTheBestOfItsJobIsKept) {
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Wrote(job_, 10, {{"knn_top1", 0.9}})}).ok());
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Wrote(job_, 20, {{"knn_top1", 0.8}})}).ok());
  cluster_.Submit("other");  // takes the slot
  End();
  cluster_.Submit("fine", [](config::JobSpec& spec) { spec.model.from = "job/pre@best"; });
  ExpectRefused("c1", "job j3 (fine) starts from checkpoint c1");
  EXPECT_TRUE(cluster_.DeleteCheckpoint("c2").status.ok());
}

TEST_F(DeleteCheckpointTest, ADamagedOneThatKeepsItsJobFromStartingOverIsKept) {
  Write(10);
  cluster_.Do([](Draft& draft) { MarkCheckpoint(draft, {"r", "c1", /*corrupt=*/true}); });
  ExpectRefused("c1", "must not start over");
}

TEST_F(DeleteCheckpointTest, AnUnknownOneIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(cluster_.DeleteCheckpoint("c9").status));
}

TEST_F(DeleteCheckpointTest, ARepeatedRequestGetsItsAnswerAlsoOnceTheRowIsGone) {
  Write(10);
  Write(20);
  cluster_.Do([](Draft& draft) { DeleteCheckpoint(draft, {"same", "c1"}); });
  cluster_.Do([](Draft& draft) { FolderRemoved(draft, "jobs/j1/checkpoints/step-10-attempt-1"); });
  ASSERT_FALSE(cluster_.state.checkpoints.contains("c1"));
  Reply again;
  cluster_.Do([&](Draft& draft) { again = DeleteCheckpoint(draft, {"same", "c1"}); });
  EXPECT_TRUE(again.status.ok());
  EXPECT_EQ(again.subject, "c1");
}

}  // namespace
}  // namespace nepa::core
