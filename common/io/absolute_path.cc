#include "common/io/absolute_path.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace nepa::io {

absl::StatusOr<std::string> AbsolutePath(const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError("an empty path names no file or folder");
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  if (error) {
    return absl::NotFoundError(absl::StrCat(path, " is counted from the working directory, which ",
                                            "cannot be found (", error.message(),
                                            "); change to another, or give the whole path"));
  }
  std::string text = absolute.lexically_normal().string();
  if (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

}  // namespace nepa::io
