// One suite that every implementation of Collective passes.
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/trainer_jobs.h"
#include "worker/train/collective/collective.h"
#include "worker/train/collective/gloo.h"
#include "worker/train/collective/in_process.h"

namespace nepa::collective {
namespace {

struct Engine {
  std::string name;
  int64_t world_size;
};

using testing::FreePort;

class CollectiveTest : public ::testing::TestWithParam<Engine> {
 protected:
  // Runs `body` on every rank of a new group, each in a thread of its own.
  void OnEveryRank(const std::function<void(Collective&)>& body) {
    const Engine& engine = GetParam();
    const int64_t port = FreePort();
    std::vector<std::unique_ptr<Collective>> group;
    if (engine.name == "single") group.push_back(MakeSingleProcess());
    if (engine.name == "in_process") group = MakeInProcessGroup(engine.world_size);
    group.resize(static_cast<size_t>(engine.world_size));
    std::vector<std::thread> ranks;
    for (int64_t rank = 0; rank < engine.world_size; ++rank) {
      ranks.emplace_back([&, rank] {
        std::unique_ptr<Collective>& own = group[static_cast<size_t>(rank)];
        if (engine.name == "gloo") {
          auto joined = JoinGloo({.store_host = "127.0.0.1",
                                  .store_port = port,
                                  .rank = rank,
                                  .world_size = engine.world_size,
                                  .timeout = absl::Seconds(20)});
          ASSERT_TRUE(joined.ok()) << joined.status();
          own = *std::move(joined);
        }
        ASSERT_EQ(own->rank(), rank);
        ASSERT_EQ(own->world_size(), engine.world_size);
        body(*own);
      });
    }
    for (std::thread& rank : ranks) rank.join();
  }
};

TEST_P(CollectiveTest, AllReduceGivesEveryRankTheSumOfAll) {
  const int64_t world_size = GetParam().world_size;
  OnEveryRank([&](Collective& collective) {
    const at::Tensor tensor =
        at::full({3, 5}, static_cast<double>(collective.rank() + 1), at::kFloat);
    ASSERT_TRUE(collective.AllReduceSum(tensor).ok());
    const double sum = static_cast<double>(world_size * (world_size + 1)) / 2;
    EXPECT_TRUE(tensor.equal(at::full({3, 5}, sum, at::kFloat))) << tensor;
  });
}

TEST_P(CollectiveTest, AllReduceSumsWholeNumbersOf64BitsExactly) {
  OnEveryRank([&](Collective& collective) {
    const int64_t odd = (int64_t{1} << 60) + 1;
    const at::Tensor tensor = at::full({2}, collective.rank() == 0 ? odd : 0, at::kLong);
    ASSERT_TRUE(collective.AllReduceSum(tensor).ok());
    EXPECT_EQ(tensor.const_data_ptr<int64_t>()[1], odd);
  });
}

TEST_P(CollectiveTest, BroadcastGivesEveryRankTheTensorOfTheRoot) {
  const int64_t root = GetParam().world_size - 1;
  OnEveryRank([&](Collective& collective) {
    const at::Tensor tensor = at::full({4}, static_cast<double>(collective.rank()), at::kFloat);
    ASSERT_TRUE(collective.Broadcast(tensor, root).ok());
    EXPECT_TRUE(tensor.equal(at::full({4}, static_cast<double>(root), at::kFloat))) << tensor;
  });
}

TEST_P(CollectiveTest, ManyOperationsInARowKeepTheirOrder) {
  const int64_t world_size = GetParam().world_size;
  OnEveryRank([&](Collective& collective) {
    for (int round = 0; round < 20; ++round) {
      const at::Tensor tensor = at::full({8}, static_cast<double>(round), at::kFloat);
      ASSERT_TRUE(collective.AllReduceSum(tensor).ok());
      ASSERT_EQ(tensor.const_data_ptr<float>()[7], static_cast<float>(round * world_size));
      ASSERT_TRUE(collective.Barrier().ok());
    }
  });
}

TEST_P(CollectiveTest, AfterAbortEveryOperationSaysWhy) {
  OnEveryRank([&](Collective& collective) {
    collective.Abort("the operator said so");
    const absl::Status status = collective.AllReduceSum(at::ones({1}));
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
    EXPECT_EQ(status.message(), "the operator said so");
  });
}

INSTANTIATE_TEST_SUITE_P(Engines, CollectiveTest,
                         ::testing::Values(Engine{"single", 1}, Engine{"in_process", 3},
                                           Engine{"gloo", 2}, Engine{"gloo", 3}),
                         [](const auto& info) {
                           return info.param.name + "_of_" + std::to_string(info.param.world_size);
                         });

TEST(InProcessGroupTest, TheLossOfARankEndsTheWaitingOfTheOthers) {
  auto group = MakeInProcessGroup(2);
  std::thread leaving([&] { group[1].reset(); });
  const absl::Status status = group[0]->Barrier();
  leaving.join();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
}

TEST(GlooTest, TheLossOfARankEndsTheWaitingOfTheOthers) {
  const int64_t port = FreePort();
  std::thread leaving([&] {
    auto joined = JoinGloo({"127.0.0.1", port, "", 1, 2, absl::Seconds(20)});
    EXPECT_TRUE(joined.ok()) << joined.status();
  });
  auto joined = JoinGloo({"127.0.0.1", port, "", 0, 2, absl::Seconds(20)});
  ASSERT_TRUE(joined.ok()) << joined.status();
  leaving.join();
  const absl::Status status = (*joined)->AllReduceSum(at::ones({1000}));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
}

TEST(GlooTest, AGroupThatDoesNotComeTogetherIsReported) {
  const auto joined = JoinGloo({"127.0.0.1", FreePort(), "", 0, 2, absl::Milliseconds(300)});
  EXPECT_EQ(joined.status().code(), absl::StatusCode::kUnavailable) << joined.status();
}

}  // namespace
}  // namespace nepa::collective
