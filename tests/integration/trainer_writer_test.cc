// Checkpoints are written on a thread of their own while the tensors go on changing.
#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <vector>

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

}  // namespace
}  // namespace nepa::checkpoint
