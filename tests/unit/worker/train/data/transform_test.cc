#include "worker/train/data/transform.h"

#include <cmath>
#include <set>

#include "golden_images.h"
#include "worker/train/data/crops.h"
#include "worker/train/data/pixels.h"
#include "worker/train/data/resample.h"

namespace nepa::data {
namespace {

// One image, again and again.
class OneImage : public Dataset {
 public:
  explicit OneImage(Image image) : image_(std::move(image)) {}
  int64_t count() const override { return 1 << 20; }
  int32_t label(int64_t) const override { return 0; }
  const std::vector<std::string>& class_names() const override { return names_; }
  absl::StatusOr<ImageView> Read(int64_t, ChooseRegion choose, Image&) const override {
    return image_.view().Crop(choose(image_.view().size()).region);
  }
  std::string Describe(int64_t) const override { return "the image"; }

 private:
  Image image_;
  std::vector<std::string> names_ = {"one"};
};

TransformOptions Options(int image_size, int channels) {
  TransformOptions options;
  options.image_size = image_size;
  options.channels = channels;
  return options;
}

std::vector<float> Apply(const Dataset& dataset, const TransformOptions& options,
                         uint64_t index = 0) {
  std::vector<float> pixels(static_cast<size_t>(options.channels) * options.image_size *
                            options.image_size);
  RandomStream random(1, Purpose::kAugmentation, 0, index);
  TransformScratch scratch;
  EXPECT_TRUE(TransformSample(dataset, 0, options, random, scratch, absl::MakeSpan(pixels)).ok());
  return pixels;
}

std::vector<float> Normalised(const Image& image, int channels) {
  std::vector<float> pixels(static_cast<size_t>(channels) * image.width * image.height);
  Normalise(image.view(), channels, 0.5, 0.5, absl::MakeSpan(pixels));
  return pixels;
}

TEST(TransformTest, EvaluationEqualsTheReferenceInBothForms) {
  const OneImage dataset(Golden("scene.png"));
  TransformOptions options = Options(28, 3);
  EXPECT_EQ(Apply(dataset, options), Normalised(Golden("evaluate_scene_shorter_side.png"), 3));
  options.resize = config::EvaluationResize::kWarp;
  EXPECT_EQ(Apply(dataset, options), Normalised(Golden("evaluate_scene_warp.png"), 3));
}

TEST(TransformTest, NormalisesPlaneByPlane) {
  Image image;
  image.Resize(2, 1, 3);
  image.bytes = {0, 51, 255, 102, 0, 0};
  std::vector<float> pixels(6);
  Normalise(image.view(), 3, 0.5, 0.25, absl::MakeSpan(pixels));
  EXPECT_THAT(pixels,
              testing::Pointwise(testing::FloatNear(1e-6f), {-2.f, -0.4f, -1.2f, -2.f, 2.f, -2.f}));
}

TEST(TransformTest, GreyFillsThreeChannelsAndColourBecomesLuma) {
  const std::vector<float> grey = Apply(OneImage(Golden("grey.png")), Options(28, 3));
  const std::vector<float> plane(grey.begin(), grey.begin() + 784);
  for (int c = 0; c < 3; ++c) {
    EXPECT_EQ(std::vector<float>(grey.begin() + c * 784, grey.begin() + (c + 1) * 784), plane);
  }
  Image red;
  red.Resize(28, 28, 3);
  for (size_t i = 0; i < red.bytes.size(); ++i) red.bytes[i] = i % 3 == 0 ? 255 : 0;
  EXPECT_FLOAT_EQ(Apply(OneImage(red), Options(28, 1))[5], (76 / 255.0f - 0.5f) / 0.5f);
}

TEST(TransformTest, TrainingWithoutACropSeesWhatEvaluationSeesFlippedHalfOfTheTime) {
  const OneImage dataset(Golden("scene.png"));
  TransformOptions options = Options(28, 3);
  options.augmentation = config::Augmentation{.crop = config::CropKind::kNone};
  Image image = Golden("evaluate_scene_shorter_side.png");
  const std::vector<float> straight = Normalised(image, 3);
  FlipLeftRight(image);
  const std::vector<float> flipped = Normalised(image, 3);
  int flips = 0;
  for (uint64_t i = 0; i < 200; ++i) {
    const std::vector<float> pixels = Apply(dataset, options, i);
    ASSERT_TRUE(pixels == straight || pixels == flipped);
    flips += pixels == flipped;
  }
  EXPECT_NEAR(flips, 100, 40);
}

TEST(TransformTest, FlippingTwiceIsNothingInColourToo) {
  const Image scene = Golden("scene.png");
  Image image = scene;
  FlipLeftRight(image);
  EXPECT_EQ(image.row(0)[0], scene.view().row(0)[60 * 3]);
  FlipLeftRight(image);
  EXPECT_EQ(image.bytes, scene.bytes);
}

TEST(TransformTest, PaddedCropsShiftTheImageByUpToThePadding) {
  Image image;
  image.Resize(8, 8, 1);
  std::fill(image.bytes.begin(), image.bytes.end(), uint8_t{255});
  TransformOptions options = Options(8, 1);
  options.augmentation = config::Augmentation{.crop = config::CropKind::kPadded, .padding = 2};
  const OneImage dataset(image);
  std::set<int> whites;
  for (uint64_t i = 0; i < 300; ++i) {
    int white = 0;
    for (const float value : Apply(dataset, options, i)) white += value == 1.0f;
    whites.insert(white);
  }
  // 8, 7 or 6 columns by as many rows.
  EXPECT_THAT(whites, testing::ElementsAre(36, 42, 48, 49, 56, 64));
}

TEST(TransformTest, PaddedCropsBringLargerImagesToSizeFirst) {
  TransformOptions options = Options(20, 3);
  options.augmentation =
      config::Augmentation{.crop = config::CropKind::kPadded, .padding = 0, .flip = false};
  const Image scene = Golden("scene.png");  // 61 x 47
  const Size size = ShorterSideTo(scene.view().size(), 20);
  Image whole;
  ResampleScratch scratch;
  Resample(scene.view(), size, {0, 0, size.width, size.height}, config::Interpolation::kBilinear,
           scratch, whole);
  std::set<int> lefts;  // where the crops were cut out
  for (uint64_t i = 0; i < 100; ++i) {
    const std::vector<float> pixels = Apply(OneImage(scene), options, i);
    int found = -1;
    for (int left = 0; left <= size.width - 20; ++left) {
      std::vector<float> expected(1200);
      Normalise(whole.view().Crop({left, 0, 20, 20}), 3, 0.5, 0.5, absl::MakeSpan(expected));
      if (pixels == expected) found = left;
    }
    ASSERT_GE(found, 0) << "none of the image's crops";
    lefts.insert(found);
  }
  EXPECT_THAT(lefts, testing::SizeIs(size.width - 20 + 1));
}

TEST(TransformTest, AnImageOfExtremeShapeCostsWhatIsSeenOfIt) {
  Image image;
  image.Resize(1, 50000, 3);
  const OneImage dataset(image);
  std::vector<float> pixels(150528, 7);
  RandomStream random(1, Purpose::kAugmentation, 0, 0);
  TransformScratch scratch;
  ASSERT_TRUE(
      TransformSample(dataset, 0, Options(224, 3), random, scratch, absl::MakeSpan(pixels)).ok());
  EXPECT_THAT(pixels, testing::Each(-1.0f));
  // At 256 pixels of width the whole would be 12,800,000 high.
  EXPECT_LT(scratch.resized.bytes.capacity() + scratch.resample.between.capacity(), 1u << 20);
}

TEST(ErasingTest, ReplacesOneRectangleByNoise) {
  int erased_images = 0;
  for (uint64_t i = 0; i < 400; ++i) {
    std::vector<float> pixels(3 * 28 * 28, 9.0f);
    RandomStream random(1, Purpose::kAugmentation, 0, i);
    EraseAtRandom(0.25, 3, 28, random, absl::MakeSpan(pixels));
    std::set<int> rows, columns;
    int erased = 0;
    for (int p = 0; p < 784; ++p) {
      if (pixels[p] == 9.0f) continue;
      rows.insert(p / 28);
      columns.insert(p % 28);
      ++erased;
    }
    ASSERT_EQ(static_cast<size_t>(erased), rows.size() * columns.size());
    if (erased == 0) continue;
    ++erased_images;
    EXPECT_GE(erased, 10);   // 2 % of 784 with its sides rounded
    EXPECT_LE(erased, 275);  // a third
  }
  EXPECT_NEAR(erased_images, 100, 35);
}

}  // namespace
}  // namespace nepa::data
