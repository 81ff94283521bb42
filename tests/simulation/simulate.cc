#include "tests/simulation/simulate.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/mutex.h"
#include "tests/simulation/simulation.h"

namespace nepa::simulation {
namespace {

struct Wanted {
  uint64_t first = 1;
  int64_t seeds = 1000;
  int64_t threads = 0;
  Size size;
  bool story = false;
  std::string databases;  // a folder; "": rows in memory
};

struct Totals {
  Mutex mutex;  // held by Add()
  Outcome sum;
  double virtual_seconds = 0;
  int64_t done = 0;
  uint64_t broken_seed = 0;
  std::string violation;
};

void Add(Totals& totals, uint64_t seed, const Outcome& outcome) {
  const MutexLock lock(totals.mutex);
  ++totals.done;
  totals.sum.events += outcome.events;
  totals.sum.turns += outcome.turns;
  totals.sum.requests += outcome.requests;
  totals.sum.coordinator_starts += outcome.coordinator_starts;
  totals.sum.attempts += outcome.attempts;
  totals.sum.succeeded += outcome.succeeded;
  totals.sum.failed += outcome.failed;
  totals.sum.cancelled += outcome.cancelled;
  totals.virtual_seconds += outcome.virtual_seconds;
  const bool first = totals.violation.empty() || seed < totals.broken_seed;
  if (!outcome.violation.empty() && first) {
    totals.broken_seed = seed;
    totals.violation = outcome.violation;
  }
}

Manner MannerOf(const Wanted& wanted, uint64_t seed) {
  if (wanted.databases.empty()) return {.tell = wanted.story};
  const std::string database = absl::StrCat(wanted.databases, "/seed-", seed, ".db");
  std::filesystem::remove(database);
  return {.tell = wanted.story, .database = database};
}

void RunSeeds(const Wanted& wanted, Totals& totals) {
  std::atomic<int64_t> next = 0;
  std::atomic<bool> broken = false;
  const auto work = [&] {
    while (!broken) {
      const int64_t index = next++;
      if (index >= wanted.seeds) return;
      const uint64_t seed = wanted.first + static_cast<uint64_t>(index);
      const Outcome outcome = RunSeed(seed, wanted.size, MannerOf(wanted, seed));
      if (!outcome.violation.empty()) broken = true;
      Add(totals, seed, outcome);
    }
  };
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < wanted.threads; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

int Simulate(int argc, char** argv) {
  Wanted wanted;
  wanted.threads = std::max<int64_t>(1, std::thread::hardware_concurrency());
  CLI::App app(
      "Simulates clusters from seeds: the real cores of coordinator and worker over a simulated "
      "network, clock, disk and trainers. Ends with 1 at a seed that breaks a rule.");
  app.add_option("--seeds", wanted.seeds, "how many seeds")->capture_default_str();
  app.add_option("--seed", wanted.first, "the first one; alone, only this one")
      ->capture_default_str();
  app.add_option("--workers", wanted.size.workers, "workers a cluster")->capture_default_str();
  app.add_option("--jobs", wanted.size.jobs, "jobs a cluster")->capture_default_str();
  app.add_option("--threads", wanted.threads, "seeds beside each other")->capture_default_str();
  app.add_flag("--story", wanted.story, "print everything that happens (of one seed)");
  app.add_option(
         "--databases", wanted.databases,
         "a folder in which each seed's rows are kept in SQLite, and stay (default: rows in "
         "memory)")
      ->check(CLI::ExistingDirectory);
  CLI11_PARSE(app, argc, argv);
  if (app.count("--seed") > 0 && app.count("--seeds") == 0) wanted.seeds = 1;

  if (wanted.story) {
    const Outcome outcome = RunSeed(wanted.first, wanted.size, MannerOf(wanted, wanted.first));
    for (const std::string& line : outcome.story) std::printf("%s\n", line.c_str());
    return outcome.violation.empty() ? 0 : 1;
  }
  const auto began = std::chrono::steady_clock::now();
  Totals totals;
  RunSeeds(wanted, totals);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const Outcome& sum = totals.sum;
  std::printf(
      "%lld seeds of %lld workers and %lld jobs in %.1f s (%.0f virtual hours): %lld events, %lld "
      "turns, %lld requests, %lld starts of the coordinator, %lld attempts; %lld jobs succeeded, "
      "%lld failed, %lld cancelled\n",
      static_cast<long long>(totals.done), static_cast<long long>(wanted.size.workers),
      static_cast<long long>(wanted.size.jobs), seconds, totals.virtual_seconds / 3600,
      static_cast<long long>(sum.events), static_cast<long long>(sum.turns),
      static_cast<long long>(sum.requests), static_cast<long long>(sum.coordinator_starts),
      static_cast<long long>(sum.attempts), static_cast<long long>(sum.succeeded),
      static_cast<long long>(sum.failed), static_cast<long long>(sum.cancelled));
  if (totals.violation.empty()) return 0;
  std::printf(
      "seed %llu: %s\nreplay it: ./dev simulate --seed %llu --workers %lld --jobs %lld "
      "--story\n",
      static_cast<unsigned long long>(totals.broken_seed), totals.violation.c_str(),
      static_cast<unsigned long long>(totals.broken_seed),
      static_cast<long long>(wanted.size.workers), static_cast<long long>(wanted.size.jobs));
  return 1;
}

}  // namespace nepa::simulation
