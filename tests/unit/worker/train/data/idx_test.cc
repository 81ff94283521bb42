#include "worker/train/data/idx.h"

#include <zlib.h>

#include "golden_images.h"
#include "scratch_folder.h"

namespace nepa::data {
namespace {

using testing::HasSubstr;

std::string BigEndian(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string Header(int type, const std::vector<uint32_t>& dimensions) {
  std::string bytes = {0, 0, static_cast<char>(type), static_cast<char>(dimensions.size())};
  for (const uint32_t dimension : dimensions) bytes += BigEndian(dimension);
  return bytes;
}

// Two images of two rows and three columns, 0 … 11, and their labels.
std::string Images() {
  std::string bytes = Header(8, {2, 2, 3});
  for (char i = 0; i < 12; ++i) bytes += i;
  return bytes;
}
std::string Labels() { return Header(8, {2}) + std::string("\x02\x00", 2); }

std::string Gzipped(const std::string& bytes, const ScratchFolder& folder) {
  const std::string path = folder.path() + "/packed";
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

absl::StatusOr<std::shared_ptr<const Dataset>> OpenIdx(const std::string& path,
                                                       const std::string& labels,
                                                       const std::string& split) {
  const OpenedSource opened = OpenIdx(path, labels, split, Extent::kWhole);
  if (!opened.status().ok()) return opened.status();
  return opened.dataset;
}

class IdxTest : public testing::Test {
 protected:
  // Opens the pair of files; the message of what came of it.
  absl::Status Open(const std::string& images, const std::string& labels) {
    return OpenIdx(folder_.Write("images", images), folder_.Write("labels", labels), "").status();
  }
  ScratchFolder folder_;
};

void ExpectError(const absl::Status& status, absl::StatusCode code, const std::string& message) {
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(message));
}

TEST_F(IdxTest, ReadsImagesAndLabels) {
  const auto dataset =
      OpenIdx(folder_.Write("images", Images()), folder_.Write("labels", Labels()), "");
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ((*dataset)->count(), 2);
  EXPECT_EQ((*dataset)->label(0), 2);
  EXPECT_THAT((*dataset)->class_names(), testing::ElementsAre("0", "1", "2"));
  Image storage;
  const auto view = (*dataset)->Read(1, WholeImage, storage);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->size(), (Size{3, 2}));
  EXPECT_THAT(Copy(*view).bytes, testing::ElementsAre(6, 7, 8, 9, 10, 11));
}

TEST_F(IdxTest, ReadsAFolderOfGzippedFiles) {
  folder_.Write("t10k-images-idx3-ubyte.gz", Gzipped(Images(), folder_));
  folder_.Write("t10k-labels-idx1-ubyte.gz", Gzipped(Labels(), folder_));
  const auto dataset = OpenIdx(folder_.path(), "", "t10k");
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ((*dataset)->count(), 2);
  ExpectError(OpenIdx(folder_.path(), "", "train").status(), absl::StatusCode::kNotFound,
              "no train-images-idx3-ubyte and no train-images-idx3-ubyte.gz in it");
  ExpectError(OpenIdx(folder_.path(), "", "").status(), absl::StatusCode::kInvalidArgument,
              "`split` must be train or t10k; it is \"\"");
}

TEST_F(IdxTest, SaysWhatIsMissing) {
  ExpectError(OpenIdx("/nowhere/at/all", "", "train").status(), absl::StatusCode::kNotFound,
              "/nowhere/at/all: no such file or folder");
  ExpectError(OpenIdx(folder_.Write("images", Images()), "", "").status(),
              absl::StatusCode::kInvalidArgument, "`labels` must name its labels file");
  ExpectError(OpenIdx(folder_.Write("images", Images()), "/nowhere/labels", "").status(),
              absl::StatusCode::kNotFound, "/nowhere/labels");
}

TEST_F(IdxTest, EveryFaultIsToldWithItsField) {
  const OpenedSource absent = OpenIdx("/nowhere", "/nowhere/labels", "", Extent::kOutline);
  ASSERT_EQ(absent.faults.size(), 2u);
  EXPECT_EQ(absent.faults[0].field, "path");
  EXPECT_EQ(absent.faults[1].field, "labels");
  const OpenedSource in_folder = OpenIdx(folder_.path(), "", "t10k", Extent::kOutline);
  ASSERT_EQ(in_folder.faults.size(), 2u);
  ExpectError(in_folder.faults[0].status, absl::StatusCode::kNotFound, "t10k-images-idx3-ubyte");
  ExpectError(in_folder.faults[1].status, absl::StatusCode::kNotFound, "t10k-labels-idx1-ubyte");
  EXPECT_EQ(in_folder.faults[1].field, "path");
  const OpenedSource without = OpenIdx(folder_.Write("images", "text"), "", "", Extent::kOutline);
  ASSERT_EQ(without.faults.size(), 2u);
  EXPECT_EQ(without.faults[0].field, "labels");
  ExpectError(without.faults[1].status, absl::StatusCode::kDataLoss, "not an IDX file");
}

TEST_F(IdxTest, AFolderAsALabelsFileIsTheUsersToSetRight) {
  ExpectError(OpenIdx(folder_.Write("images", Images()), folder_.path(), "").status(),
              absl::StatusCode::kInvalidArgument, folder_.path());
}

TEST_F(IdxTest, TheOutlineTellsCountAndLabelsAndWhetherTheFileIsWhole) {
  const auto outline = [&](const std::string& images) {
    return OpenIdx(folder_.Write("images", images), folder_.Write("labels", Labels()), "",
                   Extent::kOutline);
  };
  for (const std::string& images : {Images(), Gzipped(Images(), folder_)}) {
    const OpenedSource opened = outline(images);
    ASSERT_TRUE(opened.status().ok()) << opened.status();
    EXPECT_EQ(opened.dataset->count(), 2);
    EXPECT_EQ(opened.dataset->class_count(), 3);
    Image storage;
    EXPECT_EQ(opened.dataset->Read(0, WholeImage, storage).status().code(),
              absl::StatusCode::kFailedPrecondition);
    ExpectError(outline(images.substr(0, images.size() - 1)).status(), absl::StatusCode::kDataLoss,
                images == Images() ? "cut short: its header says 2 x 2 x 3 bytes, and 11 follow"
                                   : "cut short: its gzip stream ends too early");
  }
  ExpectError(outline(Images() + "x").status(), absl::StatusCode::kDataLoss, "more follows");
}

TEST_F(IdxTest, RefusesWhatIsNoIdxFile) {
  ExpectError(Open("hello world, this is text", Labels()), absl::StatusCode::kDataLoss,
              "images: not an IDX file");
  ExpectError(Open("", Labels()), absl::StatusCode::kDataLoss, "images: not an IDX file");
  ExpectError(Open(Header(0x0D, {2, 2, 3}), Labels()), absl::StatusCode::kInvalidArgument,
              "IDX type 0x0d; only unsigned bytes (0x08)");
  ExpectError(Open(Labels(), Labels()), absl::StatusCode::kInvalidArgument,
              "an IDX file of 1 dimension;");
  ExpectError(Open(Images(), Images()), absl::StatusCode::kInvalidArgument,
              "an IDX file of 3 dimensions;");
}

TEST_F(IdxTest, RefusesAFileOfTheWrongLength) {
  const std::string images = Images();
  ExpectError(Open(images.substr(0, 10), Labels()), absl::StatusCode::kDataLoss,
              "cut short within its header");
  ExpectError(Open(images.substr(0, images.size() - 1), Labels()), absl::StatusCode::kDataLoss,
              "cut short: its header says 2 x 2 x 3 bytes, and 11 follow");
  ExpectError(Open(images + "x", Labels()), absl::StatusCode::kDataLoss,
              "more follows than the 2 x 2 x 3 bytes");
  ExpectError(Open(Header(8, {0, 2, 3}), Labels()), absl::StatusCode::kInvalidArgument,
              "holds nothing: its dimensions are 0 x 2 x 3");
}

TEST_F(IdxTest, TakesNoMemoryOnAHeadersWord) {
  ExpectError(Open(Header(8, {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}), Labels()),
              absl::StatusCode::kDataLoss, "beyond all reason");
  // Within the bound (8 GiB), but nothing follows.
  ExpectError(Open(Header(8, {1 << 13, 1 << 10, 1 << 10}), Labels()), absl::StatusCode::kDataLoss,
              "and 0 follow");
}

TEST_F(IdxTest, RefusesADamagedGzipFile) {
  std::string packed = Gzipped(Images(), folder_);
  packed[packed.size() - 6] ^= 0x40;  // the checksum
  ExpectError(Open(packed, Labels()), absl::StatusCode::kDataLoss, "damaged gzip file");
}

TEST_F(IdxTest, RefusesFilesThatDontBelongTogether) {
  ExpectError(Open(Images(), Header(8, {3}) + "\1\1\1"), absl::StatusCode::kInvalidArgument,
              "holds 2 images and");
}

}  // namespace
}  // namespace nepa::data
