#include "worker/train/data/gunzip.h"

#include <zlib.h>

#include <cstdint>
#include <fstream>
#include <iterator>

#include "golden_images.h"
#include "scratch_folder.h"

namespace nepa::data {
namespace {

class GunzipTest : public testing::Test {
 protected:
  std::string Gzipped(const std::string& bytes) {
    const std::string path = folder_.path() + "/packed";
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // What `file` holds, if that is `size` bytes; "no" where it could not be had in one go.
  std::string Gunzipped(const std::string& file, size_t size) {
    Bytes out = {'n', 'o'};
    const bool done = GunzipFile(folder_.Write("file.gz", file), size, out);
    EXPECT_EQ(done, std::string(out.begin(), out.end()) != "no");
    return {out.begin(), out.end()};
  }
  ScratchFolder folder_;
};

TEST_F(GunzipTest, GivesTheContentOfASoundFile) {
  std::string content;
  for (int64_t i = 0; i < 100'000; ++i) content.push_back(static_cast<char>(i * i >> 7));
  EXPECT_EQ(Gunzipped(Gzipped(content), content.size()), content);
}

TEST_F(GunzipTest, PutsTheMembersOfAFileTogether) {
  EXPECT_EQ(Gunzipped(Gzipped("first, ") + Gzipped("") + Gzipped("second"), 13), "first, second");
}

TEST_F(GunzipTest, LeavesAFileOfAnotherSizeToTheStream) {
  const std::string packed = Gzipped("twelve bytes");
  EXPECT_EQ(Gunzipped(packed, 12), "twelve bytes");
  EXPECT_EQ(Gunzipped(packed, 11), "no");
  EXPECT_EQ(Gunzipped(packed, 13), "no");
}

TEST_F(GunzipTest, LeavesADamagedFileToTheStream) {
  const std::string packed = Gzipped(std::string(5000, 'x'));
  EXPECT_EQ(Gunzipped(packed, 5000).size(), 5000u);
  EXPECT_EQ(Gunzipped(packed.substr(0, packed.size() - 1), 5000), "no");
  EXPECT_EQ(Gunzipped(packed + "and more", 5000), "no");
  std::string flipped = packed;
  flipped[flipped.size() - 6] ^= 1;  // in the checksum
  EXPECT_EQ(Gunzipped(flipped, 5000), "no");
  EXPECT_EQ(Gunzipped("", 5000), "no");
  Bytes out;
  EXPECT_FALSE(GunzipFile(folder_.path() + "/nowhere", 1, out));
}

TEST_F(GunzipTest, TakesNoMemoryThatAFileOfItsSizeCannotFill) {
  EXPECT_EQ(Gunzipped(Gzipped("small"), size_t{900} << 20), "no");
  EXPECT_EQ(Gunzipped(Gzipped("small"), size_t{1} << 60), "no");
}

}  // namespace
}  // namespace nepa::data
