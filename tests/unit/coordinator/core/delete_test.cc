#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using frames::ExitKind;
using nepa::testing::CoreCluster;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DeleteTest : public ::testing::Test {
 protected:
  // A job that ended with one checkpoint.
  std::string Ended(const std::string& name) {
    const std::string id = cluster_.Submit(name);
    EXPECT_TRUE(cluster_
                    .Tell(worker_, {cluster_.Started(id), cluster_.Wrote(id, 10),
                                    cluster_.Exited(id, ExitKind::kSucceeded)})
                    .ok());
    return id;
  }
  CoreCluster cluster_;
  std::string worker_ = cluster_.AddWorker("a", 1);
};

TEST_F(DeleteTest, RemovesAnEndedJobWithItsFolderAndRows) {
  const std::string id = Ended("pre");
  EXPECT_TRUE(cluster_.Delete(id).status.ok());
  EXPECT_THAT(cluster_.state.jobs, IsEmpty());
  EXPECT_THAT(cluster_.state.attempts, IsEmpty());
  EXPECT_THAT(cluster_.state.checkpoints, IsEmpty());
  EXPECT_THAT(cluster_.story(), Contains("=> remove jobs/j1"));
  cluster_.Do([](Draft& draft) { FolderRemoved(draft, "jobs/j1"); });
  EXPECT_THAT(cluster_.state.removals, IsEmpty());
}

TEST_F(DeleteTest, CanLeaveTheCheckpoints) {
  const std::string id = Ended("pre");
  EXPECT_TRUE(cluster_.Delete(id, /*keep_checkpoints=*/true).status.ok());
  EXPECT_EQ(cluster_.state.checkpoints.size(), 1u);
  EXPECT_THAT(cluster_.story(), Contains("=> remove jobs/j1 except checkpoints"));
}

TEST_F(DeleteTest, OfAJobThatHasNotEndedIsRefused) {
  const std::string id = cluster_.Submit("pre");
  const Reply reply = cluster_.Delete(id);
  EXPECT_TRUE(absl::IsFailedPrecondition(reply.status));
  EXPECT_THAT(std::string(reply.status.message()), HasSubstr("nepactl cancel j1"));
}

TEST_F(DeleteTest, OfWhatAnotherJobStartsFromIsRefused) {
  const std::string source = Ended("pre");
  cluster_.Submit("fine", [](config::JobSpec& spec) { spec.model.from = "job/pre"; });
  const Reply reply = cluster_.Delete(source);
  EXPECT_TRUE(absl::IsFailedPrecondition(reply.status));
  EXPECT_THAT(std::string(reply.status.message()), HasSubstr("j2 (fine)"));
}

TEST_F(DeleteTest, KeptCheckpointsStillServeAJobThatWaits) {
  const std::string source = Ended("pre");
  cluster_.Submit("busy");  // has the only slot
  const std::string fine =
      cluster_.Submit("fine", [](config::JobSpec& spec) { spec.model.from = "job/pre@best"; });
  EXPECT_TRUE(cluster_.Delete(source, /*keep_checkpoints=*/true).status.ok());
  EXPECT_EQ(cluster_.job(fine).phase, state::Phase::kQueued);
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Exited("j2", ExitKind::kSucceeded)}).ok());
  EXPECT_EQ(cluster_.job(fine).phase, state::Phase::kStarting);
  EXPECT_EQ(cluster_.job(fine).from_checkpoint, "c1");
}

TEST_F(DeleteTest, ARepeatedRequestIsAnsweredThoughTheJobIsGone) {
  const std::string id = Ended("pre");
  Reply first, second;
  cluster_.Do([&](Draft& draft) { first = Delete(draft, {"same", id, false}); });
  cluster_.Do([&](Draft& draft) { second = Delete(draft, {"same", id, false}); });
  EXPECT_TRUE(first.status.ok());
  EXPECT_TRUE(second.status.ok());
}

}  // namespace
}  // namespace nepa::core
