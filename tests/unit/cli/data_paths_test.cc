#include "cli/data_paths.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/failure.h"

namespace nepa::cli {
namespace {

class DataPathsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "data-paths-" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
    job_.file = "a.yaml";
    job_.spec.data.train.format = config::DataFormat::kIdx;
    job_.spec.data.train.path = folder_;
    job_.positions["data.train.path"] = {4, 9};
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Touch(const std::string& name) { std::ofstream(folder_ + "/" + name) << "x"; }

  std::string Refusal() {
    const absl::Status status = CheckPaths(job_);
    return status.ok() ? "" : FailureText(status);
  }

  std::string folder_;
  config::JobFile job_;
};

TEST_F(DataPathsTest, AFolderWithTheImagesOfItsSplitIsAccepted) {
  EXPECT_EQ(Refusal(), "a.yaml:4:9: data.train.path: " + folder_ +
                           " has no train-images-idx3-ubyte, plain or .gz\n");
  Touch("train-images-idx3-ubyte.gz");
  EXPECT_EQ(Refusal(), "");
}

TEST_F(DataPathsTest, EveryMissingPathIsNamedWithItsPlace) {
  job_.spec.data.train.path = "/none/train";
  job_.spec.data.eval = config::DataSource{.path = folder_ + "/file"};
  Touch("file");
  job_.spec.model.from = folder_;
  EXPECT_EQ(Refusal(), "a.yaml: model.from: " + folder_ +
                           " has no config.json\n"
                           "a.yaml: model.from: " +
                           folder_ +
                           " has no model.safetensors\n"
                           "a.yaml:4:9: data.train.path: /none/train does not exist\n"
                           "a.yaml: data.eval.path: " +
                           folder_ + "/file is no folder\n");
  EXPECT_EQ(ExitCodeFor(CheckPaths(job_)), kExitUsage);
}

TEST_F(DataPathsTest, WhatIsMadeUpOrInTheRegistryIsNotLookedFor) {
  job_.spec.data.train.format = config::DataFormat::kSynthetic;
  job_.spec.data.train.path = "";
  job_.spec.model.from = "job/first@best";
  EXPECT_EQ(Refusal(), "");
}

}  // namespace
}  // namespace nepa::cli
