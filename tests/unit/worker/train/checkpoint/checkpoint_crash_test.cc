// Checkpoint folders at every point where the disk can fail or the power can go: complete under
// their name, or absent.
#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/crash_points.h"
#include "tests/unit/worker/train/checkpoint/small_config.h"
#include "worker/train/checkpoint/checkpoint.h"
#include "worker/train/model/vit_nepa.h"

namespace nepa::checkpoint {
namespace {

namespace fs = std::filesystem;
using testing::CrashPoints;
using testing::TestEveryCrashPoint;

class CheckpointCrash : public ::testing::Test {
 protected:
  Content ContentOf(double value) {
    Content content;
    content.config = SmallConfig();
    content.weights = {{"a", at::full({3, 2}, value, at::kFloat)},
                       {"b", at::full({5}, value, at::kFloat)}};
    content.ema = {{"a", at::full({3, 2}, value, at::kFloat)}};
    content.optimizer = {{"exp_avg.a", at::full({3, 2}, value, at::kFloat)}};
    content.state.step = 7;
    content.state.attempt = 2;
    return content;
  }

  std::string Name() const { return checkpoints_ + "/" + FolderName(7, 2); }

  // The value that the folder's weights hold; 0: there is no folder. Fails where it is damaged.
  double Value() {
    if (!fs::exists(Name())) return 0;
    const auto loaded = Load(Name());
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return loaded.ok() ? loaded->weights.at("a")[0][0].item<double>() : -1;
  }

  const std::string folder_ = ::testing::TempDir() + "/checkpoint_crash_test";
  const std::string checkpoints_ = folder_ + "/jobs/j1/checkpoints";
};

TEST_F(CheckpointCrash, ANewOneIsCompleteOrAbsentAndCompleteOnceReported) {
  const CrashPoints points = TestEveryCrashPoint(
      folder_, {.name = "a checkpoint",
                .prepare = [] {},
                .write = [&] { return Write(checkpoints_, ContentOf(1)).status(); },
                .check =
                    [&](bool reported) {
                      const double value = Value();
                      EXPECT_TRUE(value == 1 || (!reported && value == 0)) << value;
                    }});
  EXPECT_GE(points.calls, 49);
}

TEST_F(CheckpointCrash, OneThatReplacesAnotherOfItsNameLeavesACompleteOneAtAnyTime) {
  const CrashPoints points = TestEveryCrashPoint(
      folder_, {.name = "a checkpoint in place of another",
                .prepare = [&] { ASSERT_TRUE(Write(checkpoints_, ContentOf(1)).ok()); },
                .write = [&] { return Write(checkpoints_, ContentOf(2)).status(); },
                .check =
                    [&](bool reported) {
                      const double value = Value();
                      EXPECT_TRUE(value == 2 || (!reported && value == 1)) << value;
                    }});
  EXPECT_GE(points.calls, 49);
}

TEST_F(CheckpointCrash, OneThatIsRemovedIsNeverHalfThereUnderItsName) {
  const CrashPoints points = TestEveryCrashPoint(
      folder_, {.name = "removal of unregistered checkpoints",
                .prepare = [&] { ASSERT_TRUE(Write(checkpoints_, ContentOf(1)).ok()); },
                .write = [&] { return RemoveUnregistered(checkpoints_, 3, {}); },
                .check = [&](bool) { Value(); }});
  EXPECT_GE(points.calls, 8);
}

TEST_F(CheckpointCrash, LeftoversOfACrashAreGoneAfterTheNextStart) {
  const std::string leftover = checkpoints_ + "/.tmp-" + FolderName(8, 2);
  const CrashPoints points =
      TestEveryCrashPoint(folder_, {.name = "removal of leftovers",
                                    .prepare =
                                        [&] {
                                          ASSERT_TRUE(Write(checkpoints_, ContentOf(1)).ok());
                                          fs::create_directories(leftover);
                                          std::ofstream(leftover + "/model.safetensors") << "half";
                                        },
                                    .write = [&] { return RemoveLeftovers(checkpoints_); },
                                    .check = [&](bool) { EXPECT_EQ(Value(), 1); }});
  EXPECT_GE(points.calls, 2);
  EXPECT_FALSE(fs::exists(leftover));
}

}  // namespace
}  // namespace nepa::checkpoint
