#include "coordinator/runtime/job_watches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/core/core_cluster.h"

namespace nepa::coordinator {
namespace {

using nepa::testing::CoreCluster;
using ::testing::ElementsAre;

struct Sink : JobSink {
  void Show(const View&, const state::Job& job) override { shown.push_back(job.phase); }
  void Close(absl::Status why) override {
    closed = true;
    status = std::move(why);
  }
  bool gone() const override { return left; }
  std::vector<state::Phase> shown;
  bool closed = false;
  bool left = false;
  absl::Status status;
};

class JobWatchesTest : public ::testing::Test {
 protected:
  View Now() { return {cluster_.state, cluster_.live, cluster_.settings}; }
  void Update(const std::string& touched) { watches_.Update(Now(), {touched}, cluster_.now); }

  CoreCluster cluster_;
  JobWatches watches_;
  std::shared_ptr<Sink> sink_ = std::make_shared<Sink>();
};

TEST_F(JobWatchesTest, ShowsTheJobAtOnceAndThenItsChanges) {
  const std::string id = cluster_.Submit("pre");
  watches_.Add(Now(), "pre", sink_, cluster_.now);
  EXPECT_THAT(sink_->shown, ElementsAre(state::Phase::kQueued));
  cluster_.Advance(absl::Seconds(1));
  Update("j9");
  EXPECT_EQ(sink_->shown.size(), 1u);
  cluster_.Pause(id);
  Update(id);
  EXPECT_THAT(sink_->shown, ElementsAre(state::Phase::kQueued, state::Phase::kPaused));
}

TEST_F(JobWatchesTest, ChangesInQuickSuccessionAreShownTogetherLater) {
  const std::string id = cluster_.Submit("pre");
  watches_.Add(Now(), id, sink_, cluster_.now);
  cluster_.Pause(id);
  Update(id);
  cluster_.Resume(id);
  Update(id);
  EXPECT_EQ(sink_->shown.size(), 1u);
  EXPECT_EQ(watches_.NextDeadline(), cluster_.now + JobWatches::kLeastInterval);
  cluster_.Advance(JobWatches::kLeastInterval);
  Update("nothing new");
  EXPECT_THAT(sink_->shown, ElementsAre(state::Phase::kQueued, state::Phase::kQueued));
  EXPECT_EQ(watches_.NextDeadline(), absl::InfiniteFuture());
}

TEST_F(JobWatchesTest, EndsWithTheJob) {
  const std::string id = cluster_.Submit("pre");
  watches_.Add(Now(), id, sink_, cluster_.now);
  cluster_.Cancel(id);
  cluster_.Advance(absl::Seconds(1));
  Update(id);
  EXPECT_EQ(sink_->shown.back(), state::Phase::kCancelled);
  EXPECT_TRUE(sink_->closed);
  EXPECT_TRUE(sink_->status.ok());
}

TEST_F(JobWatchesTest, OfAnUnknownJobIsNotFound) {
  watches_.Add(Now(), "nobody", sink_, cluster_.now);
  EXPECT_TRUE(absl::IsNotFound(sink_->status));
}

TEST_F(JobWatchesTest, ADeletedJobEndsItsWatches) {
  const std::string id = cluster_.Submit("pre");
  watches_.Add(Now(), id, sink_, cluster_.now);
  cluster_.Cancel(id);
  cluster_.Delete(id);
  cluster_.Advance(absl::Seconds(1));
  Update(id);
  EXPECT_TRUE(absl::IsNotFound(sink_->status));
}

TEST_F(JobWatchesTest, MoreThanTheBoundAreRefusedUntilSomeLeave) {
  const std::string id = cluster_.Submit("pre");
  std::vector<std::shared_ptr<Sink>> sinks;
  for (size_t i = 0; i < JobWatches::kMaxWatches; ++i) {
    sinks.push_back(std::make_shared<Sink>());
    watches_.Add(Now(), id, sinks.back(), cluster_.now);
  }
  watches_.Add(Now(), id, sink_, cluster_.now);
  EXPECT_TRUE(absl::IsResourceExhausted(sink_->status));
  sinks.front()->left = true;
  const auto another = std::make_shared<Sink>();
  watches_.Add(Now(), id, another, cluster_.now);
  EXPECT_FALSE(another->closed);
}

}  // namespace
}  // namespace nepa::coordinator
