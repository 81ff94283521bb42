#include "tests/simulation/simulation.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace nepa::simulation {
namespace {

constexpr Size kSmall = {10, 40};

TEST(Simulation, TheSameSeedTellsTheSameStory) {
  const Outcome once = RunSeed(7, kSmall, {.tell = true});
  const Outcome again = RunSeed(7, kSmall, {.tell = true});
  EXPECT_GT(once.story.size(), 500u);
  EXPECT_EQ(once.story, again.story);
  EXPECT_NE(once.story, RunSeed(8, kSmall, {.tell = true}).story);
}

TEST(Simulation, TellingTheStoryDoesNotChangeIt) {
  EXPECT_EQ(RunSeed(9, kSmall, {.tell = true}).events, RunSeed(9, kSmall).events);
}

// The rows of SQLite are read again at each start of the coordinator, and compared with its memory.
TEST(Simulation, OnSqliteTheStoryIsTheSame) {
  const std::filesystem::path folder =
      std::filesystem::path(::testing::TempDir()) / absl::StrCat("simulation-", ::getpid());
  std::filesystem::create_directories(folder);
  int64_t starts = 0;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const std::string database = folder / absl::StrCat(seed, ".db");
    const Outcome outcome = RunSeed(seed, kSmall, {.tell = true, .database = database});
    EXPECT_EQ(outcome.violation, "");
    EXPECT_EQ(outcome.story, RunSeed(seed, kSmall, {.tell = true}).story);
    EXPECT_GT(std::filesystem::file_size(database), 0);
    starts += outcome.coordinator_starts;
  }
  EXPECT_GT(starts, 5) << "it never had to read what it wrote";
  std::filesystem::remove_all(folder);
}

// Without them a rule that holds says nothing.
TEST(Simulation, MisfortunesHappen) {
  Outcome sum;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const Outcome outcome = RunSeed(seed, Size());
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

TEST(Simulation, EveryRuleHoldsInEachCluster) {
  uint64_t seeds = 0;
  ASSERT_TRUE(absl::SimpleAtoi(std::getenv("NEPA_SIMULATED"), &seeds));
  std::atomic<uint64_t> next = 1;
  std::atomic<uint64_t> broken = 0;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back([&] {
      for (uint64_t seed = next++; seed <= seeds && broken == 0; seed = next++) {
        if (!RunSeed(seed, Size()).violation.empty()) broken = seed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (broken == 0) return;
  FAIL() << "seed " << broken << ": " << RunSeed(broken, Size()).violation
         << "; replay it with ./dev simulate --seed " << broken << " --story";
}

}  // namespace
}  // namespace nepa::simulation
