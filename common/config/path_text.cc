#include "common/config/path_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace nepa::config {

std::string AbsolutePath(const std::string& folder, const std::string& path) {
  const std::string whole = path.substr(0, 1) == "/" ? path : absl::StrCat(folder, "/", path);
  std::vector<std::string> parts;
  for (absl::string_view part : absl::StrSplit(whole, '/', absl::SkipEmpty())) {
    if (part == ".") continue;
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else {
      parts.emplace_back(part);
    }
  }
  return absl::StrCat("/", absl::StrJoin(parts, "/"));
}

std::string FileName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string WithoutEnding(const std::string& name) {
  const size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 ? name : name.substr(0, dot);
}

}  // namespace nepa::config
