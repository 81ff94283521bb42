#include "worker/train/data/rand_augment.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "golden_images.h"

namespace nepa::data {
namespace {

using config::Interpolation;

struct Case {
  const char* name;
  Operation operation;
  double argument;
};

int Difference(const Case& test, const std::string& source, const std::string& expected,
               Interpolation interpolation) {
  RandAugmentPolicy policy;
  policy.interpolation = interpolation;
  Image image = Golden(source + ".png"), spare;
  ApplyOperation(test.operation, test.argument, policy, image, spare);
  return LargestDifference(image, Golden(expected + ".png"));
}

TEST(RandAugmentTest, OperationsOnValuesEqualPillowBitForBit) {
  const Case cases[] = {
      {"auto_contrast", Operation::kAutoContrast, 0},
      {"equalize", Operation::kEqualize, 0},
      {"invert", Operation::kInvert, 0},
      {"posterize_1", Operation::kPosterize, 1},
      {"solarize_26", Operation::kSolarize, 26},
      {"solarize_add_99", Operation::kSolarizeAdd, 99},
      {"color_0.19", Operation::kColor, 0.19},
      {"color_1.81", Operation::kColor, 1.81},
      {"contrast_0.19", Operation::kContrast, 0.19},
      {"contrast_1.81", Operation::kContrast, 1.81},
      {"brightness_0.19", Operation::kBrightness, 0.19},
      {"brightness_1.81", Operation::kBrightness, 1.81},
      {"sharpness_0.19", Operation::kSharpness, 0.19},
      {"sharpness_1.81", Operation::kSharpness, 1.81},
  };
  for (const Case& test : cases) {
    for (const std::string source : {"scene", "grey"}) {
      const std::string expected = absl::StrCat(test.name, "_", source);
      EXPECT_EQ(Difference(test, source, expected, Interpolation::kBicubic), 0) << expected;
    }
  }
}

TEST(RandAugmentTest, OperationsThatMovePixelsEqualPillowBitForBit) {
  const Case cases[] = {
      {"rotate_27", Operation::kRotate, 27},
      {"rotate_-13.5", Operation::kRotate, -13.5},
      {"shear_x_0.27", Operation::kShearX, 0.27},
      {"shear_y_-0.2", Operation::kShearY, -0.2},
      {"translate_x_0.4", Operation::kTranslateX, 0.4},
      {"translate_y_-0.33", Operation::kTranslateY, -0.33},
  };
  for (const Case& test : cases) {
    for (const std::string source : {"scene", "grey"}) {
      for (const auto& [name, interpolation] : {std::pair("bilinear", Interpolation::kBilinear),
                                                std::pair("bicubic", Interpolation::kBicubic)}) {
        const std::string expected = absl::StrCat(test.name, "_", source, "_", name);
        EXPECT_EQ(Difference(test, source, expected, interpolation), 0) << expected;
      }
    }
  }
}

TEST(RandAugmentTest, MagnitudesMeanWhatTimmSays) {
  EXPECT_DOUBLE_EQ(OperationArgument(Operation::kRotate, 9, true, false), 27);
  EXPECT_DOUBLE_EQ(OperationArgument(Operation::kRotate, 9, true, true), -27);
  EXPECT_EQ(OperationArgument(Operation::kPosterize, 9, true, false), 1);
  EXPECT_EQ(OperationArgument(Operation::kPosterize, 9, false, false), 3);
  EXPECT_EQ(OperationArgument(Operation::kSolarize, 9, true, false), 26);
  EXPECT_EQ(OperationArgument(Operation::kSolarize, 9, false, false), 230);
  EXPECT_EQ(OperationArgument(Operation::kSolarizeAdd, 9, true, false), 99);
  EXPECT_DOUBLE_EQ(OperationArgument(Operation::kColor, 9, true, false), 1.81);
  EXPECT_DOUBLE_EQ(OperationArgument(Operation::kColor, 9, true, true), 0.19);
  EXPECT_DOUBLE_EQ(OperationArgument(Operation::kSharpness, 10, true, true), 0.1);
  EXPECT_DOUBLE_EQ(OperationArgument(Operation::kContrast, 5, false, true), 1);
  EXPECT_DOUBLE_EQ(OperationArgument(Operation::kShearX, 10, true, true), -0.3);
  EXPECT_DOUBLE_EQ(OperationArgument(Operation::kTranslateY, 10, true, false), 0.45);
}

TEST(RandAugmentTest, ReadsTheRecipesPolicy) {
  const auto policy = ParseRandAugment("rand-m9-mstd0.5-inc1");
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->magnitude, 9);
  EXPECT_EQ(policy->deviation, 0.5);
  EXPECT_TRUE(policy->increasing);
  EXPECT_EQ(policy->operations, 2);
  EXPECT_EQ(policy->probability, 0.5);
}

TEST(RandAugmentTest, SaysWhichPartOfAPolicyIsWrong) {
  const auto message = [](const char* text) {
    const auto policy = ParseRandAugment(text);
    EXPECT_EQ(policy.status().code(), absl::StatusCode::kInvalidArgument) << text;
    return std::string(policy.status().message());
  };
  EXPECT_THAT(message("augmix-m3"), testing::HasSubstr("should begin with rand"));
  EXPECT_THAT(message("rand-m11"), testing::HasSubstr("\"m11\": m takes a number from 0 to 10"));
  EXPECT_THAT(message("rand-n2.5"), testing::HasSubstr("\"n2.5\": n takes a whole number"));
  EXPECT_THAT(message("rand-w0"), testing::HasSubstr("\"w0\" is not part of a policy"));
  EXPECT_THAT(message("rand-mstd"), testing::HasSubstr("mstd takes a number"));
  EXPECT_THAT(message("rand-pnan"), testing::HasSubstr("p takes a number"));
  EXPECT_THAT(message("rand-"), testing::HasSubstr("\"\" is not part"));
}

TEST(RandAugmentTest, IsAFunctionOfItsRandomStream) {
  const RandAugmentPolicy policy = *ParseRandAugment("rand-m9-mstd0.5-inc1");
  const Image scene = Golden("scene.png");
  std::set<std::vector<uint8_t>> seen;
  for (uint64_t index = 0; index < 30; ++index) {
    Image first = scene, second = scene, spare;
    RandomStream stream(1, Purpose::kAugmentation, 0, index);
    RandomStream again(1, Purpose::kAugmentation, 0, index);
    RandAugment(policy, stream, first, spare);
    RandAugment(policy, again, second, spare);
    EXPECT_EQ(first.bytes, second.bytes);
    seen.insert(first.bytes);
  }
  // A quarter of them is left alone: two operations, each applied half of the time.
  EXPECT_GT(seen.size(), 15u);
}

}  // namespace
}  // namespace nepa::data
