#include "worker/train/checkpoint/checkpoint.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/worker/train/checkpoint/small_config.h"
#include "worker/train/model/vit_nepa.h"

namespace nepa::checkpoint {
namespace {

namespace fs = std::filesystem;

class CheckpointTest : public testing::Test {
 protected:
  void SetUp() override {
    checkpoints_ = testing::TempDir() + "/checkpoint_test_" +
                   testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(checkpoints_);
    content_.config = SmallConfig();
    content_.weights = model_.parameters();
    content_.optimizer = {{"exp_avg.a", at::full({2}, 0.25, at::kFloat)}};
    content_.state.step = 7;
    content_.state.attempt = 2;
  }

  std::string checkpoints_;
  model::VitNepa model_ = model::VitNepa::Create(SmallConfig(), /*seed=*/3);
  Content content_;
};

TEST_F(CheckpointTest, WhatWasWrittenIsLoadedBack) {
  content_.ema = {{"vit_nepa.embeddings.cls_token", at::full({1, 1, 8}, 2.5, at::kFloat)}};
  const auto committed = Write(checkpoints_, content_);
  ASSERT_TRUE(committed.ok()) << committed.status();
  const auto loaded = Load(committed->path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->config.hidden_size, 8);
  EXPECT_EQ(loaded->state, content_.state);
  ASSERT_EQ(loaded->weights.size(), content_.weights.size());
  for (const model::NamedTensor& weight : content_.weights) {
    EXPECT_TRUE(loaded->weights.at(weight.name).equal(weight.tensor)) << weight.name;
  }
  EXPECT_TRUE(loaded->ema.at(content_.ema[0].name).equal(content_.ema[0].tensor));
  EXPECT_TRUE(loaded->optimizer.at("exp_avg.a").equal(content_.optimizer[0].tensor));
}

TEST_F(CheckpointTest, WithoutAnAverageThereIsNoFileOfIt) {
  const auto committed = Write(checkpoints_, content_);
  ASSERT_TRUE(committed.ok()) << committed.status();
  EXPECT_FALSE(fs::exists(committed->path + "/model_ema.safetensors"));
  EXPECT_TRUE(Load(committed->path)->ema.empty());
}

TEST_F(CheckpointTest, WhereTheStepBeforeCommittingFailsThereIsNoCheckpoint) {
  const auto committed =
      Write(checkpoints_, content_, [] { return absl::UnavailableError("no ledger"); });
  EXPECT_EQ(committed.status().message(), "no ledger");
  EXPECT_TRUE(fs::is_empty(checkpoints_));
}

TEST_F(CheckpointTest, AnyDamagedFileIsDataLossThatNamesIt) {
  const auto committed = Write(checkpoints_, content_);
  ASSERT_TRUE(committed.ok()) << committed.status();
  for (const auto& entry : fs::directory_iterator(committed->path)) {
    const std::string path = entry.path().string();
    if (entry.path().filename() == "manifest.json") continue;
    const auto size = fs::file_size(path);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(size / 2));
    const char byte = static_cast<char>(file.get());
    const auto flip = [&](char value) {
      file.seekp(static_cast<std::streamoff>(size / 2));
      file.put(value).flush();
    };
    flip(static_cast<char>(byte ^ 4));
    const absl::Status status = Load(committed->path).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << path;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(path));
    flip(byte);
  }
  EXPECT_TRUE(Load(committed->path).ok());
}

TEST_F(CheckpointTest, ATornManifestIsDataLoss) {
  const auto committed = Write(checkpoints_, content_);
  ASSERT_TRUE(committed.ok()) << committed.status();
  fs::resize_file(committed->path + "/manifest.json", 40);
  EXPECT_EQ(Load(committed->path).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace nepa::checkpoint
