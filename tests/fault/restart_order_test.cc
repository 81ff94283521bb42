// Coordinator and worker are killed and started in every order, the coordinator's clock an hour off
// each time: what still runs is adopted, what died goes on from its checkpoint, and in the end
// every sample has been seen exactly once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/support/local_cluster.h"
#include "tests/support/settable_clock.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

constexpr int kSteps = 240;
constexpr int kImagesAStep = 64;

// c and w: the coordinator's and the worker's end; C and W: their start.
class RestartOrder : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    StartCoordinator();
    cluster_.StartWorker();
  }

  void StartCoordinator() {
    clock_.UnderAtFirst([this] { cluster_.StartCoordinator(); });
  }

  void Do(char action) {
    switch (action) {
      case 'c':
        return cluster_.coordinator().KillNow();
      case 'w':
        return cluster_.worker().KillNow();
      case 'W':
        return cluster_.StartWorker();
      default:
        ahead_ = ahead_ > absl::ZeroDuration() ? absl::Hours(-1) : absl::Hours(1);
        clock_.Set(ahead_);
        return StartCoordinator();
    }
  }

  LocalCluster cluster_;
  SettableClock clock_{cluster_.folder() + "/clock"};
  absl::Duration ahead_;
};

TEST_P(RestartOrder, EverySampleIsSeenOnce) {
  const std::string job =
      cluster_.Submit(cluster_.WriteFile("job.yaml", SmallPretrainJob("restarted", kSteps, 50)));
  ASSERT_TRUE(cluster_.WaitForStep(job, 60));
  for (const char action : GetParam()) Do(action);
  ASSERT_TRUE(cluster_.WaitForPhase(job, "SUCCEEDED"))
      << cluster_.NepactlJson({"describe", job}).dump(1);

  const nlohmann::json ended = cluster_.NepactlJson({"describe", job});
  const bool worker_died = GetParam().find('w') != std::string::npos;
  EXPECT_EQ(ended["attempt"], worker_died ? 2 : 1) << "what ran on was not adopted";
  EXPECT_EQ(ended["step"], kSteps);
  std::ifstream ledger(ended["folder"].get<std::string>() + "/ledger.tsv");
  std::string line;
  for (int64_t row = 0; row < int64_t{kSteps} * kImagesAStep; ++row) {
    ASSERT_TRUE(std::getline(ledger, line)) << "the ledger ends at row " << row;
    const int64_t step = row / kImagesAStep + 1;
    const std::string expected = std::to_string(step) + "\t";
    ASSERT_TRUE(line.starts_with(expected)) << "row " << row << ": " << line;
    ASSERT_NE(line.find("\t" + std::to_string(row % kImagesAStep) + "\t", expected.size() - 1),
              std::string::npos)
        << "row " << row << ": " << line;
  }
  EXPECT_FALSE(std::getline(ledger, line)) << line;
}

INSTANTIATE_TEST_SUITE_P(Each, RestartOrder,
                         ::testing::Values("cC", "wW", "cwCW", "cwWC", "wcCW", "wcWC", "cCcC"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace nepa::testing
