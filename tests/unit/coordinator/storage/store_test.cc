// What every store promises, held against both.
#include "coordinator/storage/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "coordinator/storage/sqlite_store.h"
#include "tests/support/core/core_cluster.h"
#include "tests/support/core/memory_store.h"

namespace nepa::storage {
namespace {

using nepa::testing::CoreCluster;
using nepa::testing::MemoryStore;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::unique_ptr<Store> MakeStore(const std::string& kind) {
  if (kind == "memory") return std::make_unique<MemoryStore>();
  const std::string path = ::testing::TempDir() + "/store_test.db";
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
  return std::move(SqliteStore::Open(path)).value();
}

class StoreTest : public ::testing::TestWithParam<std::string> {
 protected:
  // Everything the cluster's last operation changed goes into the store.
  void Store() { ASSERT_TRUE(store_->Commit(cluster_.changes()).ok()); }

  CoreCluster cluster_;
  std::unique_ptr<storage::Store> store_ = MakeStore(GetParam());
};

TEST_P(StoreTest, AnEmptyStoreLoadsAsAnEmptyCluster) {
  EXPECT_EQ(store_->Load().value(), state::ClusterState{});
}

TEST_P(StoreTest, EveryRowComesBackAsItWas) {
  const std::string id = cluster_.Submit("pre", [](config::JobSpec& spec) {
    spec.resources.min_ranks = spec.resources.max_ranks = 2;
    spec.checkpoint.keep = {1, 0, 0};
  });
  Store();
  cluster_.Do([](core::Draft& draft) {
    EXPECT_TRUE(
        core::Register(draft, {"a", "host", "host:1", 2, "cpu", {{"zone", "x"}}, "1"}).ok());
  });
  Store();
  EXPECT_TRUE(cluster_.TellAll({"w1", 1, {}, {}}).ok());
  Store();
  exchange::Report report{"w1", 1, {}, {}};
  report.outbox = {{1, cluster_.Started(id, 0)},
                   {2, cluster_.Started(id, 1)},
                   {3, cluster_.Wrote(id, 10, {{"loss", -0.1}})},
                   {4, cluster_.Wrote(id, 20, {{"loss", 1e-300}})},
                   {5, cluster_.Exited(id, frames::ExitKind::kStorage, 1, "disk 'full' — ünïcode")},
                   {6, cluster_.Exited(id, frames::ExitKind::kKilled, 0)}};
  EXPECT_TRUE(cluster_.TellAll(report).ok());
  Store();
  EXPECT_EQ(store_->Load().value(), cluster_.state);
  EXPECT_THAT(cluster_.state.removals, SizeIs(1));
  EXPECT_THAT(cluster_.state.attempts, SizeIs(2));
}

TEST_P(StoreTest, DeletedRowsAreGone) {
  const std::string id = cluster_.Submit("pre");
  Store();
  cluster_.Cancel(id);
  Store();
  EXPECT_THAT(store_->Events(id).value(), SizeIs(2));
  cluster_.Delete(id);
  Store();
  EXPECT_EQ(store_->Load().value(), cluster_.state);
  EXPECT_THAT(store_->Events(id).value(), IsEmpty());
}

TEST_P(StoreTest, EventsComeInTheirOrder) {
  const std::string id = cluster_.Submit("pre");
  Store();
  cluster_.Pause(id);
  Store();
  cluster_.Resume(id);
  Store();
  std::vector<std::string> kinds;
  const std::vector<state::Event> events = store_->Events(id).value();
  for (const state::Event& event : events) kinds.push_back(event.kind);
  EXPECT_THAT(kinds, ::testing::ElementsAre("submitted", "paused", "resumed"));
}

TEST_P(StoreTest, PointsOfOneStepAreMergedAndLaterOnesCanBeForgotten) {
  const std::string id = cluster_.Submit("pre");
  Store();
  const absl::Time time = cluster_.now;
  const std::vector<state::Change> changes = {
      state::AddMetrics{id, {10, time, {{"loss", -0.5}, {"top1", 0.25}}}},
      state::AddMetrics{id, {20, time, {{"loss", -0.6}}}},
      state::AddMetrics{id, {30, time, {{"loss", -0.7}}}},
      state::AddMetrics{id, {10, time, {{"top1", 0.5}}}}, state::TrimMetrics{id, 20}};
  ASSERT_TRUE(store_->Commit(changes).ok());
  const std::vector<state::MetricPoint> points = store_->Metrics(id, 0).value();
  ASSERT_THAT(points, SizeIs(2));
  EXPECT_EQ(points[0], (state::MetricPoint{10, time, {{"loss", -0.5}, {"top1", 0.5}}}));
  EXPECT_EQ(points[1].step, 20);
  EXPECT_THAT(store_->Metrics(id, 20).value(), SizeIs(1));
}

TEST_P(StoreTest, SpansComeInTheOrderInWhichTheyWereToldAndGoWithTheirJob) {
  const std::string id = cluster_.Submit("pre");
  Store();
  const state::Span submit{
      0, "nepactl", {"submit", "submit", absl::FromUnixMicros(1'500'000), absl::Milliseconds(30)}};
  const state::Span load{
      1, "rank 0", {"train", "load 'model'", absl::FromUnixMicros(7), absl::Microseconds(1)}};
  ASSERT_TRUE(store_->Commit({state::AddSpans{id, {submit}}}).ok());
  ASSERT_TRUE(store_->Commit({state::AddSpans{id, {load, submit}}}).ok());
  EXPECT_THAT(store_->Spans(id).value(), ::testing::ElementsAre(submit, load, submit));
  EXPECT_THAT(store_->Spans("j99").value(), IsEmpty());
  cluster_.Cancel(id);
  Store();
  cluster_.Delete(id);
  Store();
  EXPECT_THAT(store_->Spans(id).value(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Both, StoreTest, ::testing::Values("memory", "sqlite"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace nepa::storage
