#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/core/checkpoints.h"
#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using nepa::testing::CoreCluster;
using ::testing::Contains;
using ::testing::IsEmpty;

class PinCheckpointTest : public ::testing::Test {
 protected:
  void Write(int64_t step) {
    EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Wrote(job_, step)}).ok());
  }
  CoreCluster cluster_;
  std::string worker_ = cluster_.AddWorker("a", 1);
  std::string job_ = cluster_.Submit("pre", [](config::JobSpec& spec) {
    spec.checkpoint.keep = {1, 0, 0};
  });
};

TEST_F(PinCheckpointTest, APinnedOneStaysAndIsGivenUpByTheNextOnceItIsUnpinned) {
  Write(10);
  EXPECT_TRUE(cluster_.Pin("c1").status.ok());
  EXPECT_THAT(cluster_.story(),
              Contains("! checkpoint_pinned j1/1: checkpoint c1 of step 10 is kept until it is "
                       "unpinned"));
  Write(20);
  EXPECT_EQ(cluster_.state.checkpoints.at("c1").state, state::CheckpointState::kAvailable);
  EXPECT_TRUE(cluster_.Pin("c1", /*pinned=*/false).status.ok());
  EXPECT_EQ(cluster_.state.checkpoints.at("c1").state, state::CheckpointState::kAvailable);
  Write(30);
  EXPECT_EQ(cluster_.state.checkpoints.at("c1").state, state::CheckpointState::kDeleting);
}

TEST_F(PinCheckpointTest, OneThatIsBeingDeletedIsTooLate) {
  Write(10);
  Write(20);
  EXPECT_TRUE(absl::IsFailedPrecondition(cluster_.Pin("c1").status));
  EXPECT_THAT(cluster_.changes(), IsEmpty());
}

TEST_F(PinCheckpointTest, AnUnknownOneIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(cluster_.Pin("c9").status));
}

TEST_F(PinCheckpointTest, OneWhoseJobWasDeletedCanBePinned) {
  Write(10);
  cluster_.Cancel(job_);
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Exited(job_, frames::ExitKind::kKilled)}).ok());
  EXPECT_TRUE(cluster_.Delete(job_, /*keep_checkpoints=*/true).status.ok());
  EXPECT_TRUE(cluster_.Pin("c1").status.ok());
  EXPECT_TRUE(cluster_.state.checkpoints.at("c1").pinned);
}

}  // namespace
}  // namespace nepa::core
