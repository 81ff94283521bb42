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
        labels_.content().begin(), labels_.content().end(),
        [](char a, char b) { return static_cast<uint8_t>(a) < static_cast<uint8_t>(b); });
    for (int c = 0; c <= static_cast<uint8_t>(*highest); ++c) {
      class_names_.push_back(absl::StrCat(c));
    }
  }

  int64_t count() const override { return images_.dimensions[0]; }
  int32_t label(int64_t index) const override {
    return static_cast<uint8_t>(labels_.content()[index]);
  }
  const std::vector<std::string>& class_names() const override { return class_names_; }

  absl::StatusOr<ImageView> Read(int64_t index, ChooseRegion choose, Image&) const override {
    const int height = static_cast<int>(images_.dimensions[1]);
    const int width = static_cast<int>(images_.dimensions[2]);
    if (images_.content().empty()) {
      return absl::FailedPreconditionError(absl::StrCat(path_, " was opened for its outline"));
    }
    const auto* pixels = reinterpret_cast<const uint8_t*>(images_.content().data()) +
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

// Gathers what is wrong with a source.
class Faults {
 public:
  void Add(std::string field, absl::Status status) {
    if (!status.ok()) faults_.push_back({std::move(field), std::move(status)});
  }
  template <typename T>
  T Take(const std::string& field, absl::StatusOr<T> value) {
    if (value.ok()) return *std::move(value);
    Add(field, value.status());
    return T();
  }
  bool empty() const { return faults_.empty(); }
  std::vector<FieldFault> Release() { return std::move(faults_); }

 private:
  std::vector<FieldFault> faults_;
};

// Empty where it was not found.
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

Paths FindFiles(const std::string& path, const std::string& labels, const std::string& split,
                Faults& faults) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    faults.Add("path", absl::NotFoundError(absl::StrCat(path, ": no such file or folder")));
    // Labels of their own may be missing too.
    return {"", labels};
  }
  if (!fs::status_known(status)) {
    faults.Add("path", ErrnoStatus(error.value(), absl::StrCat("look at ", path)));
    return {"", labels};
  }
  if (!fs::is_directory(status)) {
    if (labels.empty()) {
      faults.Add("labels", absl::InvalidArgumentError(absl::StrCat(
                               path,
                               " is an images file, so `labels` must name its labels file; "
                               "or give the folder")));
    }
    return {path, labels};
  }
  if (split != "train" && split != "t10k") {
    faults.Add("split",
               absl::InvalidArgumentError(absl::StrCat(
                   path, " is a folder, so `split` must be train or t10k; it is \"", split, "\"")));
    return {};
  }
  return {faults.Take("path", FindInFolder(path, split + "-images-idx3-ubyte")),
          faults.Take("path", FindInFolder(path, split + "-labels-idx1-ubyte"))};
}

}  // namespace

OpenedSource OpenIdx(const std::string& path, const std::string& labels, const std::string& split,
                     Extent extent) {
  Faults faults;
  const Paths paths = FindFiles(path, labels, split, faults);
  const std::string labels_field = paths.labels == labels ? "labels" : "path";
  IdxFile images, classes;
  if (!paths.images.empty()) images = faults.Take("path", ReadIdxFile(paths.images, 3, extent));
  if (!paths.labels.empty()) {
    classes = faults.Take(labels_field, ReadIdxFile(paths.labels, 1, Extent::kWhole));
  }
  if (!images.dimensions.empty()) {
    faults.Add("path",
               Annotate(CheckImageSize(images.dimensions[2], images.dimensions[1]), paths.images));
  }
  if (!images.dimensions.empty() && !classes.dimensions.empty() &&
      images.dimensions[0] != classes.dimensions[0]) {
    faults.Add(labels_field,
               absl::InvalidArgumentError(absl::StrCat(
                   paths.images, " holds ", images.dimensions[0], " images and ", paths.labels, " ",
                   classes.dimensions[0], " labels; they don't belong together")));
  }
  if (!faults.empty()) return {.faults = faults.Release()};
  return {.dataset = std::make_shared<const IdxDataset>(paths.images, std::move(images),
                                                        std::move(classes))};
}

}  // namespace nepa::data
