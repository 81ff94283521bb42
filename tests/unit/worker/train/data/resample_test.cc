#include "worker/train/data/resample.h"

#include "absl/strings/str_cat.h"
#include "golden_images.h"

namespace nepa::data {
namespace {

using config::Interpolation;

Image Resized(const Image& image, Size size, Interpolation interpolation) {
  ResampleScratch scratch;
  Image out;
  Resample(image.view(), size, {0, 0, size.width, size.height}, interpolation, scratch, out);
  return out;
}

std::string Name(Interpolation interpolation) {
  return interpolation == Interpolation::kBilinear ? "bilinear" : "bicubic";
}

class ResampleTest : public testing::TestWithParam<Interpolation> {};

TEST_P(ResampleTest, EqualsPillowBitForBit) {
  const Image scene = Golden("scene.png"), grey = Golden("grey.png");
  for (const Size size : {Size{20, 17}, {61, 20}, {30, 47}, {97, 80}, {3, 2}}) {
    const std::string file =
        absl::StrCat("resize_scene_", size.width, "x", size.height, "_", Name(GetParam()), ".png");
    EXPECT_EQ(LargestDifference(Resized(scene, size, GetParam()), Golden(file)), 0) << file;
  }
  for (const Size size : {Size{32, 32}, {13, 28}}) {
    const std::string file =
        absl::StrCat("resize_grey_", size.width, "x", size.height, "_", Name(GetParam()), ".png");
    EXPECT_EQ(LargestDifference(Resized(grey, size, GetParam()), Golden(file)), 0) << file;
  }
}

TEST_P(ResampleTest, AWindowIsThatPartOfTheWhole) {
  const Image scene = Golden("scene.png");
  ResampleScratch scratch;
  for (const Size size : {Size{20, 17}, {61, 20}, {30, 47}, {97, 80}, {61, 47}}) {
    const Region window = {5, 3, 11, 9};
    Image out;
    Resample(scene.view(), size, window, GetParam(), scratch, out);
    const Image whole = Resized(scene, size, GetParam());
    EXPECT_EQ(LargestDifference(out, Copy(whole.view().Crop(window))), 0)
        << size.width << "x" << size.height;
  }
}

TEST_P(ResampleTest, TheSameSizeIsTheSameImage) {
  const Image scene = Golden("scene.png");
  EXPECT_EQ(LargestDifference(Resized(scene, {61, 47}, GetParam()), scene), 0);
}

TEST_P(ResampleTest, AnEvenImageStaysEvenFromOnePixelUp) {
  Image dot;
  dot.Resize(1, 1, 3);
  dot.bytes = {10, 128, 250};
  const Image out = Resized(dot, {9, 5}, GetParam());
  for (size_t i = 0; i < out.bytes.size(); ++i) EXPECT_EQ(out.bytes[i], dot.bytes[i % 3]);
}

INSTANTIATE_TEST_SUITE_P(Both, ResampleTest,
                         testing::Values(Interpolation::kBilinear, Interpolation::kBicubic),
                         [](const auto& info) { return Name(info.param); });

}  // namespace
}  // namespace nepa::data
