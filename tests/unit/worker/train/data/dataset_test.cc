#include "worker/train/data/dataset.h"

#include <filesystem>

#include "golden_images.h"
#include "scratch_folder.h"
#include "worker/train/data/image_folder.h"

namespace nepa::data {
namespace {

using testing::HasSubstr;

std::vector<int32_t> LabelsOf(const Dataset& dataset) {
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < dataset.count(); ++i) labels.push_back(dataset.label(i));
  return labels;
}

void CopyGolden(const ScratchFolder& folder, const std::string& file, const std::string& to) {
  folder.Write(to, "");
  std::filesystem::copy_file(GoldenPath(file), folder.path() + "/" + to,
                             std::filesystem::copy_options::overwrite_existing);
}

TEST(ImageFolderTest, NumbersClassesAndImagesInTheOrderOfTheirNames) {
  const ScratchFolder folder;
  CopyGolden(folder, "file_420.jpg", "zebra/b.JPEG");
  CopyGolden(folder, "file_palette.png", "zebra/a/deep.png");
  CopyGolden(folder, "file_grey.jpg", "ant/one.jpg");
  folder.Write("ant/notes.txt", "not an image");
  folder.Write("ant/.hidden.jpg", "not looked at");
  folder.Write("README.md", "no class");
  const auto dataset = OpenImageFolder(folder.path() + "/");
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_THAT((*dataset)->class_names(), testing::ElementsAre("ant", "zebra"));
  EXPECT_THAT(LabelsOf(**dataset), testing::ElementsAre(0, 1, 1));
  EXPECT_EQ((*dataset)->Describe(1), folder.path() + "/zebra/a/deep.png");
  Image storage;
  const auto view = (*dataset)->Read(2, WholeImage, storage);
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(view->size(), (Size{150, 110}));
}

TEST(ImageFolderTest, SaysWhatIsWrongWithAFolder) {
  const ScratchFolder folder;
  EXPECT_EQ(OpenImageFolder("/nowhere").status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(OpenImageFolder(folder.path()).status().message()),
              HasSubstr("no subfolders; an image folder has one for each class"));
  folder.Write("ant/notes.txt", "");
  EXPECT_THAT(std::string(OpenImageFolder(folder.path()).status().message()),
              HasSubstr("/ant: no .jpg, .jpeg or .png file below it"));
  folder.Write("bee/notes.txt", "");
  EXPECT_THAT(std::string(OpenImageFolder(folder.path()).status().message()),
              HasSubstr("/bee: no .jpg, .jpeg or .png file below them"));
}

TEST(ImageFolderTest, AClassWhoseNameIsNoTextIsRefusedByItsPath) {
  const ScratchFolder folder;
  CopyGolden(folder, "file_grey.jpg", "ant/one.jpg");
  CopyGolden(folder, "file_grey.jpg", "caf\xe9/one.jpg");
  const absl::Status status = OpenImageFolder(folder.path()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("/caf\\xe9: the subfolder's name is no UTF-8"));
}

TEST(ImageFolderTest, ABrokenFileIsNamed) {
  const ScratchFolder folder;
  folder.Write("ant/broken.jpg", "no image at all");
  const auto dataset = OpenImageFolder(folder.path());
  ASSERT_TRUE(dataset.ok());
  Image storage;
  const absl::Status status = (*dataset)->Read(0, WholeImage, storage).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr(folder.path() + "/ant/broken.jpg: neither"));
}

config::DataSource Synthetic(int64_t count, int64_t classes) {
  return {.format = config::DataFormat::kSynthetic,
          .synthetic_count = count,
          .synthetic_classes = classes};
}

TEST(DatasetTest, LimitsTakeTheFirstSamplesAndTheFirstOfEachClass) {
  config::DataSource source = Synthetic(20, 3);
  source.limit = 4;
  EXPECT_THAT(LabelsOf(**OpenDataset(source, 0)), testing::ElementsAre(0, 1, 2, 0));
  source.limit_per_class = 1;
  const auto one_each = *OpenDataset(source, 0);
  EXPECT_THAT(LabelsOf(*one_each), testing::ElementsAre(0, 1, 2));
  EXPECT_EQ(one_each->class_count(), 3);
  source.limit = 2;  // classes stay those of the whole source
  EXPECT_EQ((*OpenDataset(source, 0))->class_count(), 3);
  source.limit = 1000;
  source.limit_per_class = 0;
  EXPECT_EQ((*OpenDataset(source, 0))->count(), 20);
}

TEST(DatasetTest, SyntheticImagesComeFromTheSeed) {
  const auto pixels = [](uint64_t seed, int64_t index) {
    Image storage;
    return Copy(*(*OpenDataset(Synthetic(20, 3), seed))->Read(index, WholeImage, storage)).bytes;
  };
  EXPECT_EQ(pixels(1, 5), pixels(1, 5));
  EXPECT_NE(pixels(1, 5), pixels(2, 5));
  EXPECT_NE(pixels(1, 5), pixels(1, 8));  // of the same class
}

TEST(DatasetTest, ASyntheticSourceWithoutImagesIsRefused) {
  EXPECT_EQ(OpenDataset(Synthetic(0, 3), 0).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace nepa::data
