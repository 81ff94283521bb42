#include "common/manifest/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "common/io/file.h"

namespace nepa::manifest {
namespace {

using testing::HasSubstr;

class ManifestTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/manifest_test_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    ASSERT_TRUE(io::MakeFolders(folder_).ok());
    Write("weights", "0123456789");
    Write("config.json", "{}");
    const auto files = HashFiles(folder_);
    ASSERT_TRUE(files.ok()) << files.status();
    Write(kFileName, Encode({.step = 7, .attempt = 2, .files = *files}));
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
  }

  std::string folder_;
};

TEST_F(ManifestTest, AnUntouchedFolderVerifies) {
  const auto manifest = Verify(folder_);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->step, 7);
  EXPECT_EQ(manifest->attempt, 2);
  EXPECT_EQ(manifest->files.at("weights").bytes, 10);
  EXPECT_EQ(manifest->files.size(), 2u);
}

TEST_F(ManifestTest, AFlippedByteIsDataLossThatNamesTheFile) {
  Write("weights", "0123456780");
  const absl::Status status = Verify(folder_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr(folder_ + "/weights is damaged"));
}

TEST_F(ManifestTest, ATornFileIsDataLossThatSaysBothSizes) {
  Write("weights", "0123");
  const absl::Status status = Verify(folder_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("it has 4 bytes, its manifest says 10"));
}

TEST_F(ManifestTest, AMissingFileIsDataLoss) {
  std::filesystem::remove(folder_ + "/config.json");
  EXPECT_EQ(Verify(folder_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(ManifestTest, AFileThatTheSystemCannotLookAtIsNotCalledDamaged) {
  std::filesystem::remove(folder_ + "/config.json");
  ASSERT_EQ(::mkfifo((folder_ + "/config.json").c_str(), 0600), 0);  // has no size
  const absl::Status status = Verify(folder_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("looking at " + folder_ + "/config.json"));
}

TEST_F(ManifestTest, AFolderWithoutManifestIsIncomplete) {
  std::filesystem::remove(folder_ + "/manifest.json");
  const absl::Status status = Verify(folder_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no complete checkpoint"));
}

TEST_F(ManifestTest, AMissingFolderIsNotFound) {
  EXPECT_EQ(Verify(folder_ + "/nowhere").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ManifestTest, AFileThatTheManifestDoesNotNameIsIgnored) {
  Write("notes.txt", "mine");
  EXPECT_TRUE(Verify(folder_).ok());
}

TEST(ManifestDecodeTest, WhatWasEncodedComesBack) {
  const Manifest manifest{.step = 3, .attempt = 1, .files = {{"a", {5, std::string(64, 'a')}}}};
  const auto decoded = Decode(Encode(manifest));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, manifest);
}

// It is whole, and of another version: no damage.
TEST(ManifestDecodeTest, AManifestOfAnotherFormatIsNoDataLoss) {
  EXPECT_EQ(Decode("{\"format\":9,\"step\":1,\"attempt\":1,\"files\":{}}").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(ManifestDecodeTest, WhatIsNoManifestIsRefused) {
  const std::string hash(64, 'a');
  for (const std::string& text :
       {std::string(""), std::string("[]"), std::string("{\"format\": 1}"),
        "{\"format\":2,\"step\":1,\"attempt\":1,\"files\":{}}" + hash,
        "{\"format\":1,\"step\":1,\"attempt\":1,\"files\":{\"../a\":"
        "{\"bytes\":1,\"sha256\":\"" +
            hash + "\"}}}",
        std::string("{\"format\":1,\"step\":1,\"attempt\":1,\"files\":"
                    "{\"a\":{\"bytes\":1,\"sha256\":\"zz\"}}}")}) {
    EXPECT_EQ(Decode(text).status().code(), absl::StatusCode::kDataLoss) << text;
  }
}

}  // namespace
}  // namespace nepa::manifest
