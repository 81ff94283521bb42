#include "worker/train/data/idx.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "worker/train/data/decode.h"

namespace nepa::data {
namespace {

namespace fs = std::filesystem;

class IdxDataset : public Dataset {
 public:
  IdxDataset(std::string path, IdxFile images, IdxFile labels)
      : path_(std::move(path)), images_(std::move(images)), labels_(std::move(labels)) {
    const auto highest = std::max_element(
        labels_.bytes.begin(), labels_.bytes.end(),
        [](char a, char b) { return static_cast<uint8_t>(a) < static_cast<uint8_t>(b); });
    for (int c = 0; c <= static_cast<uint8_t>(*highest); ++c) {
      class_names_.push_back(absl::StrCat(c));
    }
  }

  int64_t count() const override { return images_.dimensions[0]; }
  int32_t label(int64_t index) const override { return static_cast<uint8_t>(labels_.bytes[index]); }
  const std::vector<std::string>& class_names() const override { return class_names_; }

  absl::StatusOr<ImageView> Read(int64_t index, ChooseRegion choose, Image&) const override {
    const int height = static_cast<int>(images_.dimensions[1]);
    const int width = static_cast<int>(images_.dimensions[2]);
    const auto* pixels = reinterpret_cast<const uint8_t*>(images_.bytes.data()) +
                         index * static_cast<int64_t>(width) * height;
    return ImageView{pixels, width, height, 1, width}.Crop(choose({width, height}).region);
  }
  std::string Describe(int64_t index) const override {
    return absl::StrCat(path_, " image ", index);
  }

 private:
  std::string path_;
  IdxFile images_, labels_;
  std::vector<std::string> class_names_;
};

struct Paths {
  std::string images, labels;
};

// `folder`/`name` or `folder`/`name`.gz, whichever is there.
absl::StatusOr<std::string> FindInFolder(const std::string& folder, const std::string& name) {
  std::error_code error;
  const std::string plain = absl::StrCat(folder, "/", name);
  if (fs::is_regular_file(plain, error)) return plain;
  if (fs::is_regular_file(plain + ".gz", error)) return plain + ".gz";
  return absl::NotFoundError(
      absl::StrCat(folder, ": no ", name, " and no ", name,
                   ".gz in it; a folder of IDX files holds train-images-idx3-ubyte, "
                   "train-labels-idx1-ubyte and the same of t10k, plain or .gz"));
}

absl::StatusOr<Paths> FindFiles(const std::string& path, const std::string& labels,
                                const std::string& split) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    return absl::NotFoundError(absl::StrCat(path, ": no such file or folder"));
  }
  if (error) return ErrnoStatus(error.value(), absl::StrCat("look at ", path));
  if (!fs::is_directory(status)) {
    if (labels.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, " is an images file, so `labels` must name its labels file; or give the folder"));
    }
    return Paths{path, labels};
  }
  if (split != "train" && split != "t10k") {
    return absl::InvalidArgumentError(absl::StrCat(
        path, " is a folder, so `split` must be train or t10k; it is \"", split, "\""));
  }
  Paths paths;
  NEPA_ASSIGN_OR_RETURN(paths.images, FindInFolder(path, split + "-images-idx3-ubyte"));
  NEPA_ASSIGN_OR_RETURN(paths.labels, FindInFolder(path, split + "-labels-idx1-ubyte"));
  return paths;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Dataset>> OpenIdx(const std::string& path,
                                                       const std::string& labels,
                                                       const std::string& split) {
  NEPA_ASSIGN_OR_RETURN(const Paths paths, FindFiles(path, labels, split));
  NEPA_ASSIGN_OR_RETURN(IdxFile images, ReadIdxFile(paths.images, 3));
  NEPA_ASSIGN_OR_RETURN(IdxFile classes, ReadIdxFile(paths.labels, 1));
  NEPA_RETURN_IF_ERROR(
      Annotate(CheckImageSize(images.dimensions[2], images.dimensions[1]), paths.images));
  if (images.dimensions[0] != classes.dimensions[0]) {
    return absl::InvalidArgumentError(
        absl::StrCat(paths.images, " holds ", images.dimensions[0], " images and ", paths.labels,
                     " ", classes.dimensions[0], " labels; they don't belong together"));
  }
  return std::make_shared<const IdxDataset>(paths.images, std::move(images), std::move(classes));
}

}  // namespace nepa::data
