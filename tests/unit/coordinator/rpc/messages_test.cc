#include "coordinator/rpc/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::coordinator {
namespace {

using nepa::testing::CoreCluster;
using ::testing::ElementsAre;

class MessagesTest : public ::testing::Test {
 protected:
  v1::Job Message(const std::string& id, JobFileToo file = JobFileToo::kNo) {
    return ToMessage(Now(), cluster_.job(id), file);
  }
  View Now() { return {cluster_.state, cluster_.live, cluster_.settings}; }
  CoreCluster cluster_;
};

TEST_F(MessagesTest, AWaitingJobSaysWhatItWaitsFor) {
  const v1::Job job = Message(cluster_.Submit("pre"));
  EXPECT_EQ(job.id(), "j1");
  EXPECT_EQ(job.kind(), "pretrain");
  EXPECT_EQ(job.phase(), v1::PHASE_QUEUED);
  EXPECT_EQ(job.reason(), "no worker is ready");
  EXPECT_EQ(job.folder(), "/storage/jobs/j1");
  EXPECT_EQ(job.user(), "ann");
  EXPECT_FALSE(job.has_started_at());
  EXPECT_FALSE(job.has_exit());
}

TEST_F(MessagesTest, OnlyWhoAsksForItGetsTheJobFile) {
  const std::string id = cluster_.Submit("pre");
  EXPECT_EQ(Message(id).job_file_json(), "");
  EXPECT_NE(Message(id, JobFileToo::kYes).job_file_json(), "");
}

TEST_F(MessagesTest, ProgressIsTheNewestThatTheRanksReported) {
  const std::string worker = cluster_.AddWorker("a", 1);
  const std::string id = cluster_.Submit("pre");
  EXPECT_TRUE(cluster_
                  .Tell(worker, {cluster_.Started(id),
                                 cluster_.Measured(id, 10, {{"loss", -0.1}, {"knn_top1", 0.5}})})
                  .ok());
  exchange::Report report = cluster_.ReportOf(worker);
  report.ranks.push_back(
      {{id, 1}, 0, exchange::RankState::kRunning, 77, 1000, {42, 1.5, 0, {{"loss", -0.2}}}});
  EXPECT_TRUE(cluster_.TellAll(report).ok());
  const v1::Job job = Message(id);
  EXPECT_EQ(job.step(), 42);
  EXPECT_EQ(job.total_steps(), 1000);
  EXPECT_EQ(job.epoch(), 1.5);
  EXPECT_EQ(job.metrics().at("loss"), -0.2);
  EXPECT_EQ(job.metrics().at("knn_top1"), 0.5);
  EXPECT_EQ(job.ranks(), 1);
  EXPECT_THAT(job.workers(), ElementsAre("a"));
  EXPECT_EQ(job.gang(0).pid(), 100);
}

TEST_F(MessagesTest, AnEndedJobKeepsItsGangAndExit) {
  const std::string worker = cluster_.AddWorker("a", 1);
  const std::string id = cluster_.Submit("pre");
  EXPECT_TRUE(cluster_
                  .Tell(worker, {cluster_.Wrote(id, 10),
                                 cluster_.Exited(id, frames::ExitKind::kNotFinite, 0, "NaN")})
                  .ok());
  const v1::Job job = Message(id);
  EXPECT_EQ(job.phase(), v1::PHASE_FAILED);
  EXPECT_EQ(job.exit().kind(), "not_finite");
  EXPECT_EQ(job.exit().message(), "NaN");
  EXPECT_EQ(job.gang_size(), 1);
  EXPECT_THAT(job.checkpoints(), ElementsAre("c1"));
  EXPECT_TRUE(job.has_ended_at());
}

TEST_F(MessagesTest, CheckpointsThatAreBeingDeletedAreNotListed) {
  const std::string worker = cluster_.AddWorker("a", 1);
  const std::string id = cluster_.Submit("pre", [](config::JobSpec& spec) {
    spec.checkpoint.keep = {1, 0, 0};
  });
  EXPECT_TRUE(cluster_.Tell(worker, {cluster_.Wrote(id, 10), cluster_.Wrote(id, 20)}).ok());
  EXPECT_THAT(Message(id).checkpoints(), ElementsAre("c2"));
}

TEST_F(MessagesTest, AWorkerShowsItsFreeSlotsAndWhetherItIsThere) {
  const std::string id = cluster_.AddWorker("a", 3);
  cluster_.Submit("pre");
  v1::Worker worker = ToMessage(Now(), cluster_.state.workers.at(id));
  EXPECT_EQ(worker.slots().total(), 3);
  EXPECT_EQ(worker.slots().free(), 2);
  EXPECT_EQ(worker.reason(), "");
  cluster_.Do([&](core::Draft& draft) { core::Disconnect(draft, id, 1); });
  worker = ToMessage(Now(), cluster_.state.workers.at(id));
  EXPECT_EQ(worker.state(), v1::WORKER_STATE_READY);
  EXPECT_THAT(worker.reason(), ::testing::HasSubstr("not connected"));
}

}  // namespace
}  // namespace nepa::coordinator
