#include "tests/house/source_tree.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>

namespace nepa::house {
namespace {

SourceFile Read(const std::string& path) {
  static const std::regex include(R"(^\s*#include\s+["<]([^">]+)[">])");
  SourceFile file{.path = path};
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) {
    std::smatch match;
    if (std::regex_search(line, match, include)) file.includes.push_back(match[1]);
    file.lines.push_back(std::move(line));
  }
  return file;
}

}  // namespace

std::string SourceFile::folder() const {
  return std::filesystem::path(path).parent_path().generic_string();
}

bool SourceFile::IsHeader() const { return path.ends_with(".h"); }

std::vector<SourceFile> ReadSourceTree() {
  std::vector<SourceFile> files;
  for (const char* top : {"common", "coordinator", "worker", "cli", "tests", "benchmarks"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(top)) {
      const std::string path = entry.path().generic_string();
      if (path.ends_with(".h") || path.ends_with(".cc")) files.push_back(Read(path));
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

bool IsUnder(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

}  // namespace nepa::house
