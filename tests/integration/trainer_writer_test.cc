// Checkpoints are written on a thread of their own while the tensors go on changing.
#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "common/base/exception_status.h"
#include "tests/integration/trainer_jobs.h"
#include "worker/train/checkpoint/writer.h"

namespace nepa::checkpoint {
namespace {

class WriterTest : public ::testing::Test {
 protected:
  WriterTest() : folder_(testing::FreshFolder("job") + "/checkpoints") {}

  Content At(int64_t step) const {
    Content content;
    content.config = {.hidden_size = 8, .num_attention_heads = 2};
    content.weights = {{"w", weight_}};
    content.optimizer = {{"exp_avg.w", weight_}};
    content.state.step = step;
    content.state.attempt = 1;
    return content;
  }

  float WrittenWeight(int64_t step) const {
    const auto loaded = Load(folder_ + "/" + FolderName(step, 1));
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return loaded->weights.at("w").const_data_ptr<float>()[0];
  }

  std::string folder_;
  at::Tensor weight_ = at::full({1000}, 1.0, at::kFloat);
};

TEST_F(WriterTest, ACheckpointHoldsTheTensorsOfItsStepThoughTrainingGoesOn) {
  std::promise<void> training_went_on;
  Writer writer(folder_, {.before_commit = [&] {
                  training_went_on.get_future().wait();
                  return absl::OkStatus();
                }});
  ASSERT_TRUE(writer.Start(At(1)).ok());
  weight_.fill_(2);
  training_went_on.set_value();
  ASSERT_TRUE(writer.Wait().ok());
  EXPECT_EQ(WrittenWeight(1), 1);
}

TEST_F(WriterTest, TheNextCheckpointWaitsForTheOneBeforeAndBothAreReportedInOrder) {
  std::vector<int64_t> steps;
  {
    Writer writer(folder_, {.written = [&](const Writer::Written& written) {
                    steps.push_back(written.state.step);
                    EXPECT_TRUE(std::filesystem::exists(written.folder.path));
                    EXPECT_GT(written.write_time, absl::ZeroDuration());
                  }});
    ASSERT_TRUE(writer.Start(At(1)).ok());
    weight_.fill_(2);
    ASSERT_TRUE(writer.Start(At(2)).ok());
  }  // the destructor waits for the second
  EXPECT_EQ(steps, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(WrittenWeight(1), 1);
  EXPECT_EQ(WrittenWeight(2), 2);
}

TEST_F(WriterTest, AFailedWriteIsReportedAndEndsTheWriting) {
  std::ofstream(folder_) << "a file where the folder should be";
  bool reported = false;
  Writer writer(folder_, {.written = [&](const Writer::Written&) { reported = true; }});
  ASSERT_TRUE(writer.Start(At(1)).ok());
  EXPECT_FALSE(writer.Wait().ok());
  EXPECT_FALSE(writer.status().ok());
  EXPECT_FALSE(writer.Start(At(2)).ok());
  EXPECT_FALSE(reported);
}

TEST_F(WriterTest, WhileACheckpointIsReplacedItsNameAlwaysStandsForACompleteOne) {
  Writer writer(folder_, {});
  ASSERT_TRUE(writer.Start(At(1)).ok());
  ASSERT_TRUE(writer.Wait().ok());
  std::atomic<bool> done = false;
  std::atomic<int> looks = 0, gaps = 0;
  std::thread reader([&] {
    const std::string manifest = folder_ + "/" + FolderName(1, 1) + "/manifest.json";
    while (!done) {
      gaps += !std::filesystem::exists(manifest);
      ++looks;
    }
  });
  while (looks == 0) std::this_thread::yield();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(writer.Start(At(1)).ok());
  EXPECT_TRUE(writer.Wait().ok());
  done = true;
  reader.join();
  EXPECT_EQ(gaps, 0);
}

TEST_F(WriterTest, AnExceptionIsOutOfMemoryOrInternalAndNeverAFullDisk) {
  const auto failure = [&](const std::function<absl::Status()>& before_commit) {
    Writer writer(folder_, {.before_commit = before_commit});
    EXPECT_TRUE(writer.Start(At(1)).ok());
    return writer.Wait();
  };
  EXPECT_TRUE(IsOutOfMemory(failure([]() -> absl::Status { throw std::bad_alloc(); })));
  EXPECT_EQ(failure([]() -> absl::Status { throw std::runtime_error("odd"); }).code(),
            absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace nepa::checkpoint
