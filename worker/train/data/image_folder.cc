#include "worker/train/data/image_folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/config/utf8.h"
#include "common/io/file.h"
#include "worker/train/data/decode.h"

namespace nepa::data {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxImageFileBytes = 512 << 20;
constexpr size_t kMaxListed = 5;

// Millions of paths: their text in one string, relative to the folder.
class PathList {
 public:
  void Add(absl::string_view path) {
    text_.append(path.data(), path.size());
    ends_.push_back(text_.size());
  }
  absl::string_view operator[](int64_t index) const {
    const size_t begin = index == 0 ? 0 : ends_[index - 1];
    return absl::string_view(text_).substr(begin, ends_[index] - begin);
  }
  int64_t size() const { return static_cast<int64_t>(ends_.size()); }

 private:
  std::string text_;
  std::vector<size_t> ends_;
};

class ImageFolder : public Dataset {
 public:
  explicit ImageFolder(std::string path) : path_(std::move(path)) {}

  // Appends the images below the class's subfolder. `files` are paths relative to path_.
  void AddClass(std::string name, const std::vector<std::string>& files) {
    const auto label = static_cast<int32_t>(class_names_.size());
    class_names_.push_back(std::move(name));
    for (const std::string& file : files) files_.Add(file);
    labels_.resize(files_.size(), label);
  }

  int64_t count() const override { return files_.size(); }
  int32_t label(int64_t index) const override { return labels_[index]; }
  const std::vector<std::string>& class_names() const override { return class_names_; }
  absl::StatusOr<ImageView> Read(int64_t index, ChooseRegion choose,
                                 Image& storage) const override {
    return ReadImageFile(Describe(index), choose, storage);
  }
  std::string Describe(int64_t index) const override {
    return absl::StrCat(path_, "/", files_[index]);
  }

 private:
  std::string path_;
  PathList files_;
  std::vector<int32_t> labels_;
  std::vector<std::string> class_names_;
};

bool IsImageName(const std::string& name) {
  const std::string lower = absl::AsciiStrToLower(name);
  return !absl::StartsWith(name, ".") &&
         (absl::EndsWith(lower, ".jpg") || absl::EndsWith(lower, ".jpeg") ||
          absl::EndsWith(lower, ".png"));
}

absl::StatusOr<std::vector<std::string>> SubfoldersSorted(const std::string& path) {
  std::error_code error;
  fs::directory_iterator entry(path, error);
  if (error) return ErrnoStatus(error.value(), absl::StrCat("list ", path));
  std::vector<std::string> names;
  for (const fs::directory_iterator end; entry != end; entry.increment(error)) {
    std::error_code kind_error;
    const std::string name = entry->path().filename().string();
    if (!absl::StartsWith(name, ".") && entry->is_directory(kind_error)) names.push_back(name);
  }
  if (error) return ErrnoStatus(error.value(), absl::StrCat("list ", path));
  std::sort(names.begin(), names.end());
  return names;
}

// Paths relative to `root`, sorted. Links are followed, as people build folders out of them.
absl::StatusOr<std::vector<std::string>> ImagesSorted(const std::string& root,
                                                      const std::string& class_name) {
  const std::string folder = absl::StrCat(root, "/", class_name);
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::follow_directory_symlink,
                                         error);
  std::vector<std::string> files;
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    if (!IsImageName(entry->path().filename().string())) continue;
    std::error_code kind_error;
    if (entry->is_regular_file(kind_error)) {
      files.push_back(entry->path().string().substr(root.size() + 1));
    }
  }
  if (error) return ErrnoStatus(error.value(), absl::StrCat("list ", folder));
  std::sort(files.begin(), files.end());
  return files;
}

absl::Status EmptyClasses(std::vector<std::string> folders) {
  const size_t count = folders.size();
  folders.resize(std::min(count, kMaxListed));
  return absl::InvalidArgumentError(
      absl::StrCat(absl::StrJoin(folders, ", "),
                   count > kMaxListed ? absl::StrCat(" and ", count - kMaxListed, " more") : "",
                   ": no .jpg, .jpeg or .png file below ", count == 1 ? "it" : "them",
                   "; every subfolder is a class and needs images"));
}

}  // namespace

absl::StatusOr<ImageView> ReadImageFile(const std::string& path, ChooseRegion choose,
                                        Image& storage) {
  NEPA_ASSIGN_OR_RETURN(const std::string bytes, io::ReadFile(path, kMaxImageFileBytes));
  absl::StatusOr<ImageView> image = DecodeImage(bytes, choose, storage);
  if (!image.ok()) return Annotate(image.status(), path);
  return image;
}

absl::StatusOr<std::shared_ptr<const Dataset>> OpenImageFolder(const std::string& path) {
  std::string root = path;
  while (root.size() > 1 && root.back() == '/') root.pop_back();
  std::error_code error;
  const fs::file_type type = fs::status(root, error).type();
  if (type == fs::file_type::not_found) {
    return absl::NotFoundError(absl::StrCat(path, ": no such folder"));
  }
  if (type == fs::file_type::regular) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is no folder; an image folder has a subfolder for each class"));
  }
  NEPA_ASSIGN_OR_RETURN(const std::vector<std::string> classes, SubfoldersSorted(root));
  if (classes.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": no subfolders; an image folder has one for each class, with its images in it"));
  }
  // A class's name goes into the model's config.json, which is text.
  for (const std::string& name : classes) {
    if (config::IsUtf8(name)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(absl::CHexEscape(absl::StrCat(root, "/", name)),
                     ": the subfolder's name is no UTF-8 text, and the class is called by it; "
                     "rename it"));
  }
  auto folder = std::make_shared<ImageFolder>(root);
  std::vector<std::string> empty;
  for (const std::string& name : classes) {
    NEPA_ASSIGN_OR_RETURN(const std::vector<std::string> files, ImagesSorted(root, name));
    if (files.empty()) empty.push_back(absl::StrCat(root, "/", name));
    folder->AddClass(name, files);
  }
  if (!empty.empty()) return EmptyClasses(std::move(empty));
  return folder;
}

}  // namespace nepa::data
