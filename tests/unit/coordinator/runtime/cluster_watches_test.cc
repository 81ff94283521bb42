#include "coordinator/runtime/cluster_watches.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/core/core_cluster.h"

namespace nepa::coordinator {
namespace {

using nepa::testing::CoreCluster;

struct Sink : ClusterSink {
  void Show(const View& view) override { jobs.push_back(view.state.jobs.size()); }
  void Close(absl::Status why) override { status = std::move(why); }
  bool gone() const override { return left; }
  std::vector<size_t> jobs;
  bool left = false;
  absl::Status status;
};

class ClusterWatchesTest : public ::testing::Test {
 protected:
  View Now() { return {cluster_.state, cluster_.live, cluster_.settings}; }
  void Update(bool changed) { watches_.Update(Now(), changed, cluster_.now); }

  CoreCluster cluster_;
  ClusterWatches watches_;
  std::shared_ptr<Sink> sink_ = std::make_shared<Sink>();
};

TEST_F(ClusterWatchesTest, ShowsTheClusterAtOnceAndThenItsChanges) {
  watches_.Add(Now(), sink_, cluster_.now);
  EXPECT_EQ(sink_->jobs, std::vector<size_t>({0}));
  cluster_.Submit("pre");
  cluster_.Advance(absl::Seconds(1));
  Update(true);
  EXPECT_EQ(sink_->jobs, std::vector<size_t>({0, 1}));
  cluster_.Advance(absl::Seconds(1));
  Update(false);
  EXPECT_EQ(sink_->jobs.size(), 2u);
}

TEST_F(ClusterWatchesTest, ChangesInQuickSuccessionAreShownTogetherLater) {
  watches_.Add(Now(), sink_, cluster_.now);
  EXPECT_EQ(watches_.NextDeadline(), absl::InfiniteFuture());
  cluster_.Submit("pre");
  Update(true);
  cluster_.Submit("next");
  Update(true);
  EXPECT_EQ(sink_->jobs.size(), 1u);
  EXPECT_EQ(watches_.NextDeadline(), cluster_.now + ClusterWatches::kLeastInterval);
  cluster_.Advance(ClusterWatches::kLeastInterval);
  Update(false);
  EXPECT_EQ(sink_->jobs, std::vector<size_t>({0, 2}));
}

TEST_F(ClusterWatchesTest, WhoeverHasGoneIsForgotten) {
  watches_.Add(Now(), sink_, cluster_.now);
  sink_->left = true;
  cluster_.Advance(absl::Seconds(1));
  Update(true);
  EXPECT_EQ(sink_->jobs.size(), 1u);
  EXPECT_EQ(sink_.use_count(), 1);
}

TEST_F(ClusterWatchesTest, TooManyWatchesAreRefused) {
  std::vector<std::shared_ptr<Sink>> sinks;
  for (size_t i = 0; i < ClusterWatches::kMaxWatches; ++i) {
    sinks.push_back(std::make_shared<Sink>());
    watches_.Add(Now(), sinks.back(), cluster_.now);
  }
  watches_.Add(Now(), sink_, cluster_.now);
  EXPECT_TRUE(absl::IsResourceExhausted(sink_->status));
  sinks.front()->left = true;
  const auto next = std::make_shared<Sink>();
  watches_.Add(Now(), next, cluster_.now);
  EXPECT_TRUE(next->status.ok()) << "there is room again";
}

}  // namespace
}  // namespace nepa::coordinator
