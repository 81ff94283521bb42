#include "worker/train/tool/data_command.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "worker/train/data/image_folder.h"

namespace nepa::tool {
namespace {

using testing::HasSubstr;

// A job file with one image folder of two classes, whose second image is broken where asked for.
class DataCommandTest : public testing::Test {
 protected:
  DataCommandTest() {
    std::string pattern = testing::TempDir() + "nepa-tool-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    for (const std::string name : {"train/a/1.png", "train/b/2.png"}) {
      std::filesystem::create_directories((folder_ / name).parent_path());
      std::filesystem::copy_file("tests/golden/transforms/scene.png", folder_ / name);
    }
    flags_.file = folder_ / "job.yaml";
    std::ofstream(flags_.file) << "name: preview\nkind: pretrain\n"
                                  "model: {preset: nepa-base-patch14-224}\n"
                                  "data: {train: {format: image_folder, path: train}}\n"
                                  "schedule: {epochs: 1}\n"
                                  "batch: {global: 2}\n";
    flags_.image_size = 32;
    globals_.json = true;
    globals_.threads = 2;
  }
  ~DataCommandTest() override { std::filesystem::remove_all(folder_); }

  void BreakSecondImage() { std::ofstream(folder_ / "train/b/2.png") << "no image"; }

  // What the command prints, as JSON.
  template <typename Command>
  nlohmann::json Run(Command command, absl::Status* status = nullptr) {
    testing::internal::CaptureStdout();
    const absl::Status result = command(flags_, globals_);
    const std::string text = testing::internal::GetCapturedStdout();
    if (status != nullptr) {
      *status = result;
    } else {
      EXPECT_TRUE(result.ok()) << result;
    }
    return nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  }

  std::filesystem::path folder_;
  DataFlags flags_;
  Globals globals_;
};

TEST_F(DataCommandTest, CheckCountsWhatIsThere) {
  const nlohmann::json source = Run(CheckData)["sources"][0];
  EXPECT_EQ(source["images"], 2);
  EXPECT_EQ(source["classes"], 2);
  EXPECT_EQ(source["largest"], nlohmann::json({61, 47}));
  EXPECT_TRUE(source["faults"].empty());
}

TEST_F(DataCommandTest, CheckNamesEveryBrokenFileAndFails) {
  BreakSecondImage();
  absl::Status status;
  const nlohmann::json source = Run(CheckData, &status)["sources"][0];
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(source["unreadable"], 1);
  EXPECT_THAT(source["faults"][0].get<std::string>(), HasSubstr("train/b/2.png: neither a JPEG"));
}

TEST_F(DataCommandTest, AMissingFolderIsAFaultOfTheData) {
  flags_.overrides = {"data.train.path=/nowhere"};
  absl::Status status;
  const nlohmann::json source = Run(CheckData, &status)["sources"][0];
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(source["faults"][0].get<std::string>(), HasSubstr("/nowhere"));
}

TEST_F(DataCommandTest, PreviewWritesPicturesOfTheModelsSize) {
  flags_.output = folder_ / "out";
  flags_.count = 5;  // of a batch of two
  const nlohmann::json files = Run(PreviewData)["files"];
  ASSERT_EQ(files.size(), 2u);
  data::Image storage;
  const auto view = data::ReadImageFile(files[0], data::WholeImage, storage);
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(view->size(), (data::Size{32, 32}));
}

TEST_F(DataCommandTest, BenchmarkCountsWhatItSkipped) {
  BreakSecondImage();
  flags_.seconds = 0.05;
  const nlohmann::json rate = Run(BenchmarkData);
  EXPECT_GT(rate["images"], 0);
  EXPECT_GT(rate["skipped"], 0);
  EXPECT_GT(rate["images_per_second"], 0.0);
  EXPECT_EQ(rate["threads"], 2);
}

TEST_F(DataCommandTest, AModelOnAClusterNeedsItsSizesSaid) {
  flags_.image_size = 0;
  flags_.seconds = 0.05;
  flags_.overrides = {"kind=finetune", "model={from: job/other}"};
  absl::Status status;
  Run(BenchmarkData, &status);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("say --image-size and --channels"));
}

TEST_F(DataCommandTest, FaultsOfTheJobFileAreListedWithTheirPlaces) {
  flags_.overrides.clear();
  std::ofstream(flags_.file, std::ios::app) << "colour: red\n";
  absl::Status status;
  Run(CheckData, &status);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("job.yaml:7:1: colour: "));
}

}  // namespace
}  // namespace nepa::tool
