#include "coordinator/rpc/checkpoint_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "common/io/file.h"
#include "common/manifest/manifest.h"

namespace nepa::coordinator {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CheckpointFilesTest : public ::testing::Test {
 protected:
  CheckpointFilesTest() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    Write("a", "alpha");
    Write("b", "");
    manifest::Manifest manifest{1, 1, manifest::HashFiles(folder_).value()};
    Write("manifest.json", manifest::Encode(manifest));
    sha256_ = io::Sha256Hex(manifest::Encode(manifest));
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(fs::path(folder_) / name) << text;
  }
  std::vector<std::string> Faults() { return FindCheckpointFaults(folder_, sha256_).value(); }

  const std::string folder_ = ::testing::TempDir() + "/checkpoint_files_test";
  std::string sha256_;
};

TEST_F(CheckpointFilesTest, AWholeFolderHasNoFaults) { EXPECT_THAT(Faults(), IsEmpty()); }

TEST_F(CheckpointFilesTest, EveryFaultIsFound) {
  fs::remove(fs::path(folder_) / "b");
  Write("a", "alphb");
  EXPECT_THAT(Faults(),
              ElementsAre(HasSubstr("a: its content has changed"), HasSubstr("b: it is missing")));
  Write("a", "alph");
  EXPECT_THAT(Faults().front(), HasSubstr("a: it has 4 bytes and had 5"));
}

TEST_F(CheckpointFilesTest, AnotherManifestThanTheRegisteredOneIsAFault) {
  sha256_ = io::Sha256Hex("another");
  EXPECT_THAT(Faults(), ElementsAre(HasSubstr("manifest.json")));
}

TEST_F(CheckpointFilesTest, AMissingFolderIsAFault) {
  fs::remove_all(folder_);
  EXPECT_THAT(Faults(), ElementsAre("manifest.json: it is missing"));
}

TEST_F(CheckpointFilesTest, FilesComeInPiecesInOrder) {
  Write("c", std::string(kPieceBytes + 1, 'x'));
  std::map<std::string, std::vector<size_t>> sizes;
  ASSERT_TRUE(ReadCheckpointFiles(folder_, [&](const std::string& file, absl::string_view piece) {
                sizes[file].push_back(piece.size());
                return true;
              }).ok());
  EXPECT_THAT(sizes["a"], ElementsAre(5));
  EXPECT_THAT(sizes["b"], ElementsAre(0));
  EXPECT_THAT(sizes["c"], ElementsAre(kPieceBytes, 1));
}

}  // namespace
}  // namespace nepa::coordinator
