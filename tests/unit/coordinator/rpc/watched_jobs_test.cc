#include "coordinator/rpc/watched_jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::coordinator {
namespace {

using nepa::testing::CoreCluster;
using ::testing::ElementsAre;

class WatchedJobsTest : public ::testing::Test {
 protected:
  v1::WatchJobsResponse Picture(int64_t limit) {
    return WatchedJobs({cluster_.state, cluster_.live, cluster_.settings}, limit);
  }
  std::vector<std::string> Ids(int64_t limit) {
    std::vector<std::string> ids;
    const v1::WatchJobsResponse picture = Picture(limit);
    for (const v1::Job& job : picture.jobs()) ids.push_back(job.id());
    return ids;
  }
  CoreCluster cluster_;
};

TEST_F(WatchedJobsTest, WhoRunsComesBeforeWhoWaitsAndTheLatestEndsBeforeTheEarlier) {
  for (const char* name : {"first", "second"}) cluster_.Submit(name);  // j1, j2
  cluster_.Cancel("j1");
  cluster_.Advance(absl::Seconds(1));
  cluster_.Cancel("j2");
  cluster_.Submit("paused");  // j3
  cluster_.Pause("j3");
  cluster_.AddWorker("a", 1);
  cluster_.Submit("runs");   // j4
  cluster_.Submit("waits");  // j5
  EXPECT_THAT(Ids(0), ElementsAre("j1", "j2", "j3", "j4", "j5"));
  EXPECT_THAT(Ids(1), ElementsAre("j4"));
  EXPECT_THAT(Ids(2), ElementsAre("j4", "j5"));
  EXPECT_THAT(Ids(3), ElementsAre("j3", "j4", "j5"));
  EXPECT_THAT(Ids(4), ElementsAre("j2", "j3", "j4", "j5"));
}

TEST_F(WatchedJobsTest, EveryJobIsCountedAlsoThoseThatAreNotShown) {
  for (int i = 0; i < 3; ++i) cluster_.Submit("pre");
  cluster_.Cancel("j1");
  const v1::WatchJobsResponse picture = Picture(1);
  EXPECT_EQ(picture.total_jobs(), 3);
  EXPECT_EQ(picture.phases_size(), 8);
  for (const v1::PhaseCount& count : picture.phases()) {
    EXPECT_EQ(count.jobs(), count.phase() == v1::PHASE_QUEUED      ? 2
                            : count.phase() == v1::PHASE_CANCELLED ? 1
                                                                   : 0);
  }
}

}  // namespace
}  // namespace nepa::coordinator
