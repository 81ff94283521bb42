#include "worker/train/data/sampler.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nepa::data {
namespace {

std::vector<int64_t> Order(int64_t count, uint64_t seed, uint64_t epoch) {
  const Permutation permutation(count, seed, epoch);
  std::vector<int64_t> order(count);
  for (int64_t i = 0; i < count; ++i) order[i] = permutation.At(i);
  return order;
}

TEST(PermutationTest, IsABijectionForAnyCount) {
  for (const int64_t count : {1, 2, 3, 4, 5, 7, 8, 9, 31, 100, 1000, 1024, 1025, 60000}) {
    std::vector<int64_t> order = Order(count, 17, 3);
    std::sort(order.begin(), order.end());
    std::vector<int64_t> all(count);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(order, all) << count;
  }
}

TEST(PermutationTest, EverySeedAndEpochHasItsOwn) {
  std::set<std::vector<int64_t>> orders;
  for (uint64_t seed = 0; seed < 4; ++seed) {
    for (uint64_t epoch = 0; epoch < 4; ++epoch) orders.insert(Order(50, seed, epoch));
  }
  EXPECT_EQ(orders.size(), 16u);
}

TEST(PermutationTest, SpreadsEverySampleOverAllPositions) {
  // Over many epochs each sample's mean position is the middle, and neighbours go separate ways.
  constexpr int kCount = 100, kEpochs = 2000;
  std::vector<double> sums(kCount, 0);
  int neighbours = 0;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    const std::vector<int64_t> order = Order(kCount, 5, epoch);
    for (int i = 0; i < kCount; ++i) sums[order[i]] += i;
    for (int i = 1; i < kCount; ++i) neighbours += order[i] == order[i - 1] + 1;
  }
  // The mean's standard deviation is 28.9 / √2000 = 0.65.
  for (const double sum : sums) EXPECT_NEAR(sum / kEpochs, 49.5, 3.2);
  EXPECT_NEAR(neighbours / static_cast<double>(kEpochs), 0.99, 0.12);
}

TEST(PermutationTest, StaysAsItIs) {
  // A resumed job of an older build must see the same order: never change these numbers.
  EXPECT_THAT(Order(10, 0, 0), testing::ElementsAre(7, 9, 3, 1, 5, 6, 2, 4, 8, 0));
  EXPECT_EQ(Permutation(1281167, 42, 7).At(123456), 727328);
}

Sampler MakeSampler(config::LastBatch last) {
  return Sampler({.sample_count = 10, .global_batch = 4, .last = last, .seed = 1});
}

TEST(SamplerTest, DropsOrKeepsTheIncompleteBatch) {
  EXPECT_EQ(MakeSampler(config::LastBatch::kDrop).batches_per_epoch(), 2);
  const Sampler keep = MakeSampler(config::LastBatch::kKeep);
  EXPECT_EQ(keep.batches_per_epoch(), 3);
  EXPECT_EQ(keep.BatchSize(1), 4);
  EXPECT_EQ(keep.BatchSize(2), 2);
}

TEST(SamplerTest, EachEpochShowsEachSampleOnce) {
  const Sampler sampler = MakeSampler(config::LastBatch::kKeep);
  const Sampler::Epoch epoch = sampler.AtEpoch(3);
  std::set<int64_t> seen;
  for (int64_t batch = 0; batch < sampler.batches_per_epoch(); ++batch) {
    for (int64_t i = 0; i < sampler.BatchSize(batch); ++i) seen.insert(epoch.Sample(batch, i));
  }
  EXPECT_EQ(seen.size(), 10u);
}

TEST(SamplerTest, ACursorCountsBatchesThroughEpochs) {
  const Sampler sampler = MakeSampler(config::LastBatch::kDrop);
  EXPECT_EQ(sampler.CursorAt(0), (Cursor{0, 0}));
  EXPECT_EQ(sampler.CursorAt(5), (Cursor{2, 1}));
}

TEST(SamplerTest, RanksSplitABatchWithoutGapOrOverlap) {
  for (const int64_t size : {0, 1, 3, 4, 10, 1024}) {
    for (const int64_t world_size : {1, 2, 3, 4, 7}) {
      int64_t end = 0;
      for (int64_t rank = 0; rank < world_size; ++rank) {
        const Slice slice = RankSlice(size, rank, world_size);
        EXPECT_EQ(slice.begin, end);
        EXPECT_LE(std::abs(slice.size() - size / world_size), 1);
        end = slice.end;
      }
      EXPECT_EQ(end, size);
    }
  }
}

}  // namespace
}  // namespace nepa::data
