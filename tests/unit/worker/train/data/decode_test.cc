#include "worker/train/data/decode.h"

#include <cmath>
#include <fstream>
#include <iterator>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/io/file.h"
#include "golden_images.h"
#include "worker/train/data/resample.h"

namespace nepa::data {
namespace {

using testing::HasSubstr;

constexpr char kThreeGreysOfSixteenBits[] =
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABEAAAAABuG5crAAAA"
    "D0lEQVR4nGNg+M/IsPosAAcpAnnN/VFcAAAAAElFTkSuQmCC";

std::string GoldenBytes(const std::string& file) {
  const auto bytes = io::ReadFile(GoldenPath(file), 1 << 20);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.value_or("");
}

absl::Status DecodeStatus(absl::string_view bytes) {
  Image storage;
  return DecodeImage(bytes, WholeImage, storage).status();
}

TEST(DecodeTest, EveryKindOfFileShowsWhatPillowShows) {
  for (const std::string name : {"file_420.jpg", "file_444_progressive.jpg", "file_rotated.jpg",
                                 "file_grey.jpg", "file_cmyk.jpg", "file_palette.png",
                                 "file_alpha.png", "file_one_bit.png", "file_16_bit.png"}) {
    std::string expected = "decoded_" + name + ".png";
    expected[expected.rfind('.', expected.size() - 5)] = '_';
    EXPECT_EQ(LargestDifference(AsRgb(Golden(name)), Golden(expected)), 0) << name;
  }
}

TEST(DecodeTest, AGreyFileOfSixteenBitsShowsItsUpperEight) {
  // 0x00FF, 0x0100, 0xABCD in one row, made by hand.
  std::string bytes;
  ASSERT_TRUE(absl::Base64Unescape(kThreeGreysOfSixteenBits, &bytes));
  Image storage;
  const auto view = DecodeImage(bytes, WholeImage, storage);
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(storage.bytes, (std::vector<uint8_t>{0x00, 0x01, 0xAB}));
}

TEST(DecodeTest, GreyFilesStayGrey) {
  EXPECT_EQ(Golden("file_grey.jpg").channels, 1);
  EXPECT_EQ(Golden("file_one_bit.png").channels, 1);
  EXPECT_EQ(Golden("file_palette.png").channels, 3);
}

TEST(DecodeTest, AJpegsRegionIsThatPartOfTheWholeBitForBit) {
  for (const std::string name : {"file_420.jpg", "file_444_progressive.jpg"}) {
    const Image whole = Golden(name);
    const std::string bytes = GoldenBytes(name);
    for (const Region region : {Region{0, 0, 40, 30},
                                {37, 41, 50, 33},
                                {90, 77, 60, 33},
                                {149, 109, 1, 1},
                                {17, 0, 133, 110}}) {
      Image storage;
      const auto view = DecodeImage(
          bytes,
          [&](Size) {
            return Wanted{region, {}};
          },
          storage);
      ASSERT_TRUE(view.ok()) << view.status();
      EXPECT_EQ(LargestDifference(Copy(*view), Copy(whole.view().Crop(region))), 0)
          << name << " at " << region.left << "," << region.top;
    }
  }
}

TEST(DecodeTest, ReducesAJpegToNoLessThanTwiceTheTarget) {
  const std::string bytes = GoldenBytes("file_420.jpg");  // 150 x 110
  const auto decoded_size = [&](Region region, Size target) {
    Image storage;
    const auto view = DecodeImage(
        bytes,
        [&](Size) {
          return Wanted{region, target};
        },
        storage);
    EXPECT_TRUE(view.ok()) << view.status();
    return view->size();
  };
  EXPECT_EQ(decoded_size({0, 0, 150, 110}, {14, 14}), (Size{75, 55}));
  EXPECT_EQ(decoded_size({0, 0, 150, 110}, {13, 13}), (Size{37, 27}));
  EXPECT_EQ(decoded_size({0, 0, 150, 110}, {28, 28}), (Size{150, 110}));
  EXPECT_EQ(decoded_size({10, 20, 100, 80}, {20, 20}), (Size{50, 40}));
  EXPECT_EQ(decoded_size({10, 20, 20, 80}, {20, 20}), (Size{20, 80}));
}

TEST(DecodeTest, AReducedJpegResizesToNearlyTheSameImage) {
  const std::string bytes = GoldenBytes("file_420.jpg");
  const auto resized = [&](Size reducible_to) {
    Image storage, out;
    ResampleScratch scratch;
    const auto view = DecodeImage(
        bytes,
        [&](Size) {
          return Wanted{{0, 0, 148, 108}, reducible_to};
        },
        storage);
    EXPECT_TRUE(view.ok()) << view.status();
    Resample(*view, {13, 13}, {0, 0, 13, 13}, config::Interpolation::kBilinear, scratch, out);
    return out;
  };
  const Image exact = resized({}), reduced = resized({13, 13});
  double sum = 0;
  for (size_t i = 0; i < exact.bytes.size(); ++i)
    sum += std::abs(exact.bytes[i] - reduced.bytes[i]);
  EXPECT_LE(sum / static_cast<double>(exact.bytes.size()), 1.5);
  EXPECT_LE(LargestDifference(exact, reduced), 12);
  EXPECT_GT(sum, 0);  // it was reduced
}

TEST(DecodeTest, AFileThatIsCutShortIsRefused) {
  for (const std::string name : {"file_420.jpg", "file_444_progressive.jpg", "file_palette.png"}) {
    const std::string bytes = GoldenBytes(name);
    const absl::Status status = DecodeStatus(bytes.substr(0, bytes.size() / 2));
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr("ends before its image does")) << name;
  }
}

// 9000 x 9000 pixels in a file of 60 bytes: no memory is asked for them.
TEST(DecodeTest, APngTooShortForItsPixelsIsRefusedByItsHeader) {
  std::ifstream stream("tests/fuzz/corpus/image/png_lies", std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(stream), {}};
  ASSERT_GT(file.size(), 4u);
  Image storage;
  const auto decoded = DecodeImage(file.substr(4), WholeImage, storage);
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(storage.bytes.empty());
}

TEST(DecodeTest, DamagedFilesAreRefusedAtAnyByte) {
  // No byte may bring the decoder down; what comes back is an image or a status.
  for (const std::string name : {"file_grey.jpg", "file_palette.png"}) {
    const std::string bytes = GoldenBytes(name);
    for (size_t i = 0; i < bytes.size(); ++i) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ 0x5A);
      const absl::Status status = DecodeStatus(damaged);
      EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kDataLoss ||
                  status.code() == absl::StatusCode::kInvalidArgument)
          << name << " byte " << i << ": " << status;
    }
  }
}

TEST(DecodeTest, SaysWhatAFileIsThatIsNoJpegOrPng) {
  EXPECT_THAT(std::string(DecodeStatus("").message()), HasSubstr("the file is empty"));
  EXPECT_THAT(std::string(DecodeStatus("hello world").message()),
              HasSubstr("neither a JPEG nor a PNG file: it begins with the bytes 68656c6c6f"));
  EXPECT_THAT(std::string(DecodeStatus("RIFF....WEBP").message()), HasSubstr("a WebP image"));
  EXPECT_EQ(DecodeStatus("GIF89a").code(), absl::StatusCode::kInvalidArgument);
}

TEST(DecodeTest, AnImageOfUnreasonableSizeIsRefusedBeforeItIsDecoded) {
  std::string bytes = GoldenBytes("file_grey.jpg");
  const size_t frame = bytes.find(std::string("\xFF\xC0"));  // height and width stand 5 behind
  ASSERT_NE(frame, std::string::npos);
  for (size_t i = 5; i < 9; ++i) bytes[frame + i] = static_cast<char>(0xF0);
  const absl::Status status = DecodeStatus(bytes);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("61680 x 61680 pixels"));
}

}  // namespace
}  // namespace nepa::data
