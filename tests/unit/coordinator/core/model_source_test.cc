#include "coordinator/core/model_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::core {
namespace {

using frames::ExitKind;
using nepa::testing::CoreCluster;
using state::Phase;
using ::testing::HasSubstr;

config::JobFile FileWith(const std::string& from) {
  config::JobFile file;
  file.folder = "/home/ann";
  file.spec.model.from = from;
  return file;
}

TEST(ModelSource, IsReadFromItsThreeForms) {
  EXPECT_EQ(ParseModelSource(FileWith("")).kind, ModelSource::Kind::kNone);
  EXPECT_EQ(ParseModelSource(FileWith("models/a")).what, "/home/ann/models/a");
  EXPECT_EQ(ParseModelSource(FileWith("/models/a")).what, "/models/a");
  EXPECT_EQ(ParseModelSource(FileWith("checkpoint/c3")).what, "c3");
  const ModelSource best = ParseModelSource(FileWith("job/pre@best"));
  EXPECT_EQ(best.kind, ModelSource::Kind::kJob);
  EXPECT_EQ(best.what, "pre");
  EXPECT_TRUE(best.best);
}

class ModelSourceTest : public ::testing::Test {
 protected:
  static auto From(const std::string& from) {
    return [from](config::JobSpec& spec) { spec.model.from = from; };
  }
  CoreCluster cluster_;
  std::string worker_ = cluster_.AddWorker("a", 2);
};

TEST_F(ModelSourceTest, AnUnknownJobOrCheckpointIsAFaultOfTheFile) {
  for (const char* from : {"job/nobody", "checkpoint/c9"}) {
    const Reply reply = cluster_.TrySubmit("fine", From(from));
    EXPECT_TRUE(absl::IsInvalidArgument(reply.status));
    ASSERT_EQ(reply.faults.size(), 1u) << from;
    EXPECT_EQ(reply.faults[0].field, "model.from");
  }
}

TEST_F(ModelSourceTest, AJobThatEndedWithoutACheckpointIsAFaultOfTheFile) {
  cluster_.Submit("pre");
  cluster_.Cancel("pre");
  cluster_.Tell(worker_, {cluster_.Exited("j1", ExitKind::kKilled)}).IgnoreError();
  EXPECT_THAT(std::string(cluster_.TrySubmit("fine", From("job/pre")).status.message()),
              HasSubstr("left no checkpoint"));
}

TEST_F(ModelSourceTest, TheJobWaitsWhileItsSourceHasNotEnded) {
  const std::string source = cluster_.Submit("pre");
  const std::string job = cluster_.Submit("fine", From("job/pre"));
  EXPECT_EQ(cluster_.job(job).phase, Phase::kQueued);
  EXPECT_EQ(cluster_.live.waits.at(job),
            "waits for the end of job j1 (pre), from which its model comes; that is STARTING");
  EXPECT_TRUE(cluster_
                  .Tell(worker_, {cluster_.Wrote(source, 10, {{"knn_top1", 0.7}}),
                                  cluster_.Wrote(source, 20, {{"knn_top1", 0.6}}),
                                  cluster_.Exited(source, ExitKind::kSucceeded)})
                  .ok());
  EXPECT_EQ(cluster_.job(job).phase, Phase::kStarting);
  EXPECT_EQ(cluster_.job(job).from_checkpoint, "c2");
  EXPECT_EQ(cluster_.OrdersOf(worker_).gangs.at(0).model_from,
            "jobs/j1/checkpoints/step-20-attempt-1");
}

TEST_F(ModelSourceTest, BestMeansTheBestOfItsCheckpoints) {
  const std::string source = cluster_.Submit("pre");
  const std::string job = cluster_.Submit("fine", From("job/pre@best"));
  EXPECT_TRUE(cluster_
                  .Tell(worker_, {cluster_.Wrote(source, 10, {{"knn_top1", 0.7}}),
                                  cluster_.Wrote(source, 20, {{"knn_top1", 0.6}}),
                                  cluster_.Exited(source, ExitKind::kSucceeded)})
                  .ok());
  EXPECT_EQ(cluster_.job(job).from_checkpoint, "c1");
}

TEST_F(ModelSourceTest, TheJobFailsWhenItsSourceEndsWithoutACheckpoint) {
  const std::string source = cluster_.Submit("pre");
  const std::string job = cluster_.Submit("fine", From("job/pre"));
  EXPECT_TRUE(cluster_.Tell(worker_, {cluster_.Exited(source, ExitKind::kInvalidJob)}).ok());
  EXPECT_EQ(cluster_.job(job).phase, Phase::kFailed);
  EXPECT_EQ(cluster_.job(job).exit->kind, ExitKind::kInvalidJob);
  EXPECT_THAT(cluster_.job(job).reason, HasSubstr("left no checkpoint"));
}

TEST_F(ModelSourceTest, TheNameMeansTheJobOfTheDayOfSubmission) {
  cluster_.Submit("pre");
  const std::string job = cluster_.Submit("fine", From("job/pre"));
  cluster_.Submit("pre");
  EXPECT_EQ(cluster_.job(job).from_job, "j1");
}

}  // namespace
}  // namespace nepa::core
