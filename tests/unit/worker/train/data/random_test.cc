#include "worker/train/data/random.h"

#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nepa::data {
namespace {

using Counter = std::array<uint32_t, 4>;

RandomStream Stream(uint64_t index) { return RandomStream(1, Purpose::kAugmentation, 0, index); }

// Mean and standard deviation of many draws.
template <typename Draw>
std::pair<double, double> Moments(Draw draw) {
  constexpr int kCount = 40000;
  RandomStream stream = Stream(0);
  double sum = 0, squares = 0;
  for (int i = 0; i < kCount; ++i) {
    const double value = draw(stream);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kCount;
  return {mean, std::sqrt(squares / kCount - mean * mean)};
}

TEST(RandomTest, PhiloxGivesTheKnownAnswersOfRandom123) {
  EXPECT_EQ(Philox({0, 0, 0, 0}, {0, 0}),
            (Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
            (Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomTest, StreamsOfDifferentKeysDiffer) {
  std::set<uint32_t> first;
  for (uint64_t seed : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 32}) {
    for (uint64_t epoch : {0, 1}) {
      for (uint64_t index : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 32}) {
        for (Purpose purpose : {Purpose::kAugmentation, Purpose::kMixing}) {
          first.insert(RandomStream(seed, purpose, epoch, index).Bits());
        }
      }
    }
  }
  EXPECT_EQ(first.size(), 36u);
}

TEST(RandomTest, UniformFillsTheUnitInterval) {
  const auto [mean, deviation] = Moments([](RandomStream& s) { return s.Uniform(); });
  EXPECT_NEAR(mean, 0.5, 0.01);
  EXPECT_NEAR(deviation, std::sqrt(1.0 / 12), 0.01);
}

TEST(RandomTest, NormalIsStandard) {
  const auto [mean, deviation] = Moments([](RandomStream& s) { return s.Normal(); });
  EXPECT_NEAR(mean, 0, 0.02);
  EXPECT_NEAR(deviation, 1, 0.02);
}

TEST(RandomTest, BetaHasTheSpreadOfItsAlpha) {
  for (const double alpha : {0.2, 0.8, 1.0, 4.0}) {
    const auto [mean, deviation] = Moments([&](RandomStream& s) { return s.SymmetricBeta(alpha); });
    EXPECT_NEAR(mean, 0.5, 0.01) << alpha;
    EXPECT_NEAR(deviation, std::sqrt(1 / (4 * (2 * alpha + 1))), 0.01) << alpha;
  }
}

TEST(RandomTest, BetaOfATinyAlphaIsACoinAndStaysFinite) {
  RandomStream stream = Stream(3);
  int ones = 0;
  for (int i = 0; i < 1000; ++i) {
    const double value = stream.SymmetricBeta(1e-4);
    ASSERT_TRUE(value >= 0 && value <= 1) << value;
    ones += value > 0.5;
  }
  EXPECT_NEAR(ones, 500, 80);
}

TEST(RandomTest, IntegerReachesBothEndsAndNothingElse) {
  RandomStream stream = Stream(4);
  std::vector<int> counts(7, 0);
  for (int i = 0; i < 7000; ++i) {
    const int64_t value = stream.Integer(-3, 3);
    ASSERT_TRUE(value >= -3 && value <= 3) << value;
    ++counts[value + 3];
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);
  EXPECT_EQ(stream.Integer(5, 5), 5);
}

}  // namespace
}  // namespace nepa::data
