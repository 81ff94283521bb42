#include "worker/train/data/survey.h"

#include "golden_images.h"
#include "scratch_folder.h"
#include "worker/train/data/decode.h"
#include "worker/train/data/encode_png.h"
#include "worker/train/data/pixels.h"

namespace nepa::data {
namespace {

std::string Png(const Image& image) { return *EncodePng(image.view()); }

TEST(SurveyTest, CountsWhatCanAndCannotBeReadInOrder) {
  const ScratchFolder folder;
  folder.Write("a/1.png", Png(Golden("scene.png")));
  folder.Write("a/2.png", "broken");
  folder.Write("b/3.png", Png(Golden("grey.png")));
  folder.Write("b/4.png", "");
  const auto dataset = *OpenImageFolder(folder.path());
  for (const int threads : {1, 3}) {
    const Survey survey = ReadEverySample(*dataset, threads);
    EXPECT_EQ(survey.images, 2);
    EXPECT_EQ(survey.failures, 2);
    EXPECT_EQ(survey.smallest, (Size{28, 28}));
    EXPECT_EQ(survey.largest, (Size{61, 47}));
    ASSERT_EQ(survey.first_failures.size(), 2u);
    EXPECT_THAT(std::string(survey.first_failures[0].message()), testing::HasSubstr("a/2.png"));
    EXPECT_THAT(std::string(survey.first_failures[1].message()), testing::HasSubstr("b/4.png"));
  }
}

TEST(SurveyTest, MeasuringSkipsWhatCannotBeRead) {
  const ScratchFolder folder;
  folder.Write("a/1.png", Png(Golden("grey.png")));
  folder.Write("a/2.png", "broken");
  TransformOptions options;
  options.image_size = 8;
  const LoadingRate rate =
      MeasureLoading(**OpenImageFolder(folder.path()), options, 0, 2, absl::Milliseconds(20));
  EXPECT_GT(rate.images, 0);
  EXPECT_GT(rate.skipped, 0);
  EXPECT_GE(rate.time, absl::Milliseconds(20));
}

TEST(SurveyTest, AnExceptionOfAnyThreadReachesTheCaller) {
  class Throws : public Dataset {
   public:
    int64_t count() const override { return 100; }
    int32_t label(int64_t) const override { return 0; }
    const std::vector<std::string>& class_names() const override { return names_; }
    absl::StatusOr<ImageView> Read(int64_t, ChooseRegion, Image&) const override {
      throw std::bad_alloc();
    }
    std::string Describe(int64_t) const override { return ""; }

   private:
    std::vector<std::string> names_ = {"a"};
  };
  EXPECT_THROW(ReadEverySample(Throws(), 3), std::bad_alloc);
}

TEST(EncodePngTest, WhatIsWrittenReadsBackTheSame) {
  for (const std::string name : {"scene.png", "grey.png"}) {
    const Image image = Golden(name);
    const std::string bytes = Png(image);
    Image storage;
    const auto view = DecodeImage(bytes, WholeImage, storage);
    ASSERT_TRUE(view.ok()) << view.status();
    EXPECT_EQ(LargestDifference(Copy(*view), image), 0) << name;
  }
}

TEST(EncodePngTest, PixelsGoBackToTheBytesTheyCameFrom) {
  const Image scene = Golden("scene.png");
  Image square;
  square.Resize(40, 40, 3);
  std::copy_n(scene.bytes.begin(), square.bytes.size(), square.bytes.begin());
  std::vector<float> pixels(square.bytes.size());
  Normalise(square.view(), 3, 0.5, 0.25, absl::MakeSpan(pixels));
  EXPECT_EQ(PixelsToImage(pixels, 3, 40, 0.5, 0.25).bytes, square.bytes);
}

}  // namespace
}  // namespace nepa::data
