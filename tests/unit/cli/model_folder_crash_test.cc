// An exported model folder at every point where the disk can fail or the power can go.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/model_folder.h"
#include "common/io/file.h"
#include "common/manifest/manifest.h"
#include "tests/support/crash_points.h"

namespace nepa::cli {
namespace {

namespace fs = std::filesystem;

TEST(ModelFolderCrash, AnExportIsCompleteOrAbsentAndCompleteOnceReported) {
  const std::string folder = ::testing::TempDir() + "/model_folder_crash_test";
  const std::string checkpoint = folder + "/checkpoint", target = folder + "/models/a";
  const std::map<std::string, std::string> files = {
      {"config.json", "{}"}, {"model.safetensors", "raw"}, {"model_ema.safetensors", "averaged"}};
  v1::Checkpoint about;
  about.set_id("c1");
  about.set_path(checkpoint);
  Client client("127.0.0.1:1", absl::Seconds(1));  // not called: the folder is seen from here
  const auto points = testing::TestEveryCrashPoint(
      folder, {.name = "an export",
               .prepare =
                   [&] {
                     fs::create_directories(checkpoint);
                     for (const auto& [name, text] : files)
                       std::ofstream(checkpoint + "/" + name) << text;
                     manifest::Manifest manifest;
                     manifest.files = manifest::HashFiles(checkpoint).value();
                     std::ofstream(checkpoint + "/manifest.json") << manifest::Encode(manifest);
                   },
               .write =
                   [&] {
                     const absl::Status status =
                         ExportModelFolder(client, about, target, /*swap_ema=*/true).status();
                     // Of the try before, told as failed since its last sync was.
                     return absl::IsAlreadyExists(status) ? absl::OkStatus() : status;
                   },
               .check =
                   [&](bool exported) {
                     if (!exported && !fs::exists(target)) return;
                     EXPECT_EQ(io::ReadFile(target + "/model.safetensors", 99).value(), "averaged");
                     EXPECT_EQ(io::ReadFile(target + "/model_ema.safetensors", 99).value(), "raw");
                     EXPECT_EQ(io::ReadFile(target + "/config.json", 99).value(), "{}");
                     EXPECT_FALSE(fs::exists(target + "/manifest.json"));
                   }});
  EXPECT_GE(points.calls, 25);
}

}  // namespace
}  // namespace nepa::cli
