#include "tests/simulation/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace nepa::simulation {
namespace {

constexpr Size kSmall = {10, 40};

TEST(Simulation, TheSameSeedTellsTheSameStory) {
  const Outcome once = RunSeed(7, kSmall, /*tell=*/true);
  const Outcome again = RunSeed(7, kSmall, /*tell=*/true);
  EXPECT_GT(once.story.size(), 500u);
  EXPECT_EQ(once.story, again.story);
  EXPECT_NE(once.story, RunSeed(8, kSmall, /*tell=*/true).story);
}

TEST(Simulation, TellingTheStoryDoesNotChangeIt) {
  EXPECT_EQ(RunSeed(9, kSmall, /*tell=*/true).events, RunSeed(9, kSmall, /*tell=*/false).events);
}

// Without them a rule that holds says nothing.
TEST(Simulation, MisfortunesHappen) {
  Outcome sum;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const Outcome outcome = RunSeed(seed, Size(), /*tell=*/false);
    sum.coordinator_starts += outcome.coordinator_starts;
    sum.attempts += outcome.attempts;
    sum.succeeded += outcome.succeeded;
    sum.failed += outcome.failed;
    sum.cancelled += outcome.cancelled;
  }
  EXPECT_GT(sum.coordinator_starts, 10);
  EXPECT_GT(sum.attempts, 1000);  // of 1,000 jobs, some of which were cancelled before their first
  EXPECT_GT(sum.succeeded, 700);
  EXPECT_GT(sum.failed, 10);
  EXPECT_GT(sum.cancelled, 30);
}

TEST(Simulation, EveryRuleHoldsInAThousandClusters) {
  constexpr uint64_t kSeeds = 1000;
  std::atomic<uint64_t> next = 1;
  std::atomic<uint64_t> broken = 0;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back([&] {
      for (uint64_t seed = next++; seed <= kSeeds && broken == 0; seed = next++) {
        if (!RunSeed(seed, Size(), /*tell=*/false).violation.empty()) broken = seed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (broken == 0) return;
  FAIL() << "seed " << broken << ": " << RunSeed(broken, Size(), false).violation
         << "; replay it with ./dev simulate --seed " << broken << " --story";
}

}  // namespace
}  // namespace nepa::simulation
